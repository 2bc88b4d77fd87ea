// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/queue_kind.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

constexpr std::string_view given_back = "released by its consumer, last try";
constexpr std::string_view refused = "rejected by its consumer";

} // namespace

timestamp_ms queue_kind::pause_after(int32_t attempt) const noexcept {
  auto pause = config_.backoff_ms;
  for (int32_t i = 1; i < attempt && pause < config_.backoff_max_ms; ++i)
    pause *= 2;
  return std::min(pause, config_.backoff_max_ms);
}

void queue_kind::finish(entry_map::iterator i) {
  clear_alarm(i);
  // After a crash the tail of the topic is known before the inbox is read.
  if (i->first >= read_end_)
    finished_.insert(i->first);
  entries_.erase(i);
}

void queue_kind::bury(entry_map::iterator i, std::string_view reason) {
  clear_alarm(i);
  i->second.in = phase::burying;
  i->second.reason = reason;
  burials_.push_back(i->first);
}

void queue_kind::retry(entry_map::iterator i, std::string_view reason,
                       timestamp_ms failed) {
  clear_alarm(i);
  if (i->second.attempt >= config_.tries_max)
    bury(i, reason);
  else
    set_alarm(i, phase::waiting, failed + pause_after(i->second.attempt));
}

bool queue_kind::remember(const acknowledgement& x) {
  auto offset = x.id.offset;
  if (offset < read_end_)
    return false;
  if (x.verdict == delivery_verdict::accept) {
    accepted_.insert(offset);
    early_.erase(offset);
    return true;
  }
  // Honest consumers release or reject no more than a window at a time. What
  // is not remembered times out.
  if (accepted_.contains(offset)
      || (early_.size() >= early_verdicts_max && !early_.contains(offset)))
    return false;
  auto& kept = early_[offset];
  if (kept.verdict != delivery_verdict::reject)
    kept = {std::max(kept.attempt, x.id.attempt), x.verdict};
  return true;
}

bool queue_kind::acknowledged(const acknowledgement& x, timestamp_ms now) {
  if (x.id.partition != partition_)
    return false;
  if (!scanned_)
    return remember(x);
  auto i = entries_.find(x.id.offset);
  if (i == entries_.end())
    return false;
  auto in = i->second.in;
  switch (x.verdict) {
  case delivery_verdict::accept:
    finish(i);
    return true;
  case delivery_verdict::release:
    if (x.id.attempt != i->second.attempt
        || (in != phase::unseen && in != phase::held))
      return false;
    retry(i, given_back, now);
    return true;
  case delivery_verdict::reject:
    if (in == phase::burying)
      return false;
    bury(i, refused);
    return true;
  }
  return false;
}

void queue_kind::acknowledgements_read_to(offset_t end) {
  acknowledgements_end_ = std::max(acknowledgements_end_, end);
}

void queue_kind::found(const delivery_id& id, offset_t topic_offset) {
  ASSERT(!scanned_);
  if (id.partition != partition_ || id.offset < read_end_)
    return;
  found_last_ = std::max(found_last_, id.offset);
  if (accepted_.contains(id.offset)) {
    finished_.insert(id.offset);
    return;
  }
  auto& x = entries_[id.offset];
  x.in = phase::unseen;
  x.attempt = std::max(x.attempt, id.attempt);
  x.topic_offset = topic_offset;
}

void queue_kind::scanned(offset_t topic_end, timestamp_ms now) {
  ASSERT(!scanned_);
  scanned_ = true;
  topic_end_ = std::max(topic_end_, topic_end);
  for (const auto& [offset, x] : entries_)
    unseen_.emplace_back(x.topic_offset, offset);
  std::sort(unseen_.begin(), unseen_.end());
  for (const auto& [offset, x] : early_)
    acknowledged({{partition_, offset, x.attempt}, x.verdict}, now);
  early_.clear();
  accepted_.clear();
  start_clocks(now);
}

} // namespace troupe::cluster
