// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/ranked_inbox.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <functional>

namespace troupe::cluster {

ranked_inbox::ranked_inbox(const mover_position& from, offset_t inbox_end,
                           size_t pending_max)
    : pending_max_(pending_max), inbox_end_(inbox_end), read_end_(from.inbox),
      topic_end_(from.topic), marks_(from), floor_(from.inbox) {}

void ranked_inbox::found(offset_t inbox_offset) {
  ASSERT(!scanned_);
  if (inbox_offset >= read_end_)
    found_.insert(inbox_offset);
}

void ranked_inbox::scanned(offset_t topic_end) {
  ASSERT(!scanned_);
  topic_end_ = std::max(topic_end_, topic_end);
  scanned_ = true;
  settled_ = read_end_ >= inbox_end_;
}

bool ranked_inbox::wants_more() const noexcept {
  return scanned_ && pending_.size() < pending_max_;
}

void ranked_inbox::advance(offset_t end) {
  ASSERT(scanned_);
  ASSERT(end > read_end_);
  // Behind all that was moved before: what comes from here on will be moved to
  // places from `topic_end_` on.
  if (read_end_ > found_.last()) {
    found_.clear();
    marks_.add({read_end_, topic_end_, 0});
  }
  read_end_ = end;
  settled_ = settled_ || read_end_ >= inbox_end_;
  if (pending_.empty())
    floor_stale_ = true;
}

void ranked_inbox::take(offset_t offset, int64_t rank) {
  ASSERT(offset >= read_end_);
  advance(offset + 1);
  if (found_.contains(offset))
    return;
  pending_.push_back({rank, offset});
  std::push_heap(pending_.begin(), pending_.end(), std::greater{});
  settled_ = settled_ || !wants_more();
}

void ranked_inbox::skip_to(offset_t end) {
  if (end > read_end_)
    advance(end);
}

std::optional<ranked_inbox::entry> ranked_inbox::first() const noexcept {
  if (pending_.empty() || !settled_)
    return std::nullopt;
  return pending_.front();
}

void ranked_inbox::move_first() {
  ASSERT(first().has_value());
  std::pop_heap(pending_.begin(), pending_.end(), std::greater{});
  batch_.push_back(pending_.back().offset);
  pending_.pop_back();
}

void ranked_inbox::appended(offset_t base) {
  ASSERT(!batch_.empty());
  ASSERT(base >= topic_end_);
  topic_end_ = base + static_cast<offset_t>(batch_.size());
  if (std::find(batch_.begin(), batch_.end(), floor_) != batch_.end())
    floor_stale_ = true;
  batch_.clear();
}

mover_position ranked_inbox::position() {
  if (floor_stale_) {
    auto oldest = read_end_;
    for (const auto& x : pending_)
      oldest = std::min(oldest, x.offset);
    for (auto x : batch_)
      oldest = std::min(oldest, x);
    floor_ = oldest;
    floor_stale_ = false;
  }
  if (floor_ == read_end_ && read_end_ > found_.last())
    marks_ = mover_marks{{read_end_, topic_end_, 0}};
  return marks_.at(floor_);
}

} // namespace troupe::cluster
