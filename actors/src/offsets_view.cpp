// SPDX-License-Identifier: Apache-2.0
#include "offsets_view.h"

#include <charconv>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

/// Beside the records' keys, which begin with a version that is never negative.
constexpr std::string_view leader_epoch_key = "\xff\xffleader-epoch";

} // namespace

result<storage::offset_t> offsets_view::open(const storage::uuid& topic_id,
                                             storage::offset_t start,
                                             storage::offset_t end) {
  pending_.clear();
  auto found = below_.position(name_);
  if (!found)
    return failure(std::move(found.error()));
  // Records that retention took before they were applied are lost to the view,
  // and one beyond the log's end comes from a log that was truncated.
  bool fits = *found && (*found)->topic_id == topic_id
              && (*found)->end_offset >= start && (*found)->end_offset <= end;
  if (!fits) {
    if (auto done = begin_anew(topic_id, start); !done)
      return failure(std::move(done.error()));
    return end_offset_;
  }
  view_end_offset_ = end_offset_ = (*found)->end_offset;
  if (auto done = read_leader_epoch(); !done)
    return failure(std::move(done.error()));
  return end_offset_;
}

result<void> offsets_view::read_leader_epoch() {
  view_leader_epoch_ = leader_epoch_ = storage::no_leader_epoch;
  auto stored = below_.get(name_, leader_epoch_key);
  if (!stored)
    return failure(std::move(stored.error()));
  if (!*stored)
    return {};
  const auto& text = **stored;
  // A value that is no number leaves the epoch unknown.
  std::from_chars(text.data(), text.data() + text.size(), leader_epoch_);
  view_leader_epoch_ = leader_epoch_;
  return {};
}

result<void> offsets_view::begin_anew(const storage::uuid& topic_id,
                                      storage::offset_t start) {
  pending_.clear();
  view_end_offset_ = end_offset_ = start;
  view_leader_epoch_ = leader_epoch_ = storage::no_leader_epoch;
  return below_.reset(name_, {topic_id, start});
}

void offsets_view::put(std::string key, std::optional<std::string> value) {
  pending_.insert_or_assign(std::move(key), std::move(value));
}

result<void> offsets_view::update() {
  if (!behind() && pending_.empty())
    return {};
  std::vector<storage::view_change> changes;
  changes.reserve(pending_.size() + 1);
  for (const auto& [key, value] : pending_)
    changes.push_back({key, value});
  auto epoch = std::to_string(leader_epoch_);
  if (leader_epoch_ != view_leader_epoch_)
    changes.push_back({leader_epoch_key, epoch});
  storage::applied_range range{view_end_offset_, end_offset_};
  if (auto done = below_.apply(name_, range, changes); !done)
    return done;
  view_end_offset_ = end_offset_;
  view_leader_epoch_ = leader_epoch_;
  pending_.clear();
  return {};
}

result<std::optional<std::string>> offsets_view::get(const std::string& key) {
  auto newer = pending_.find(key);
  if (newer != pending_.end())
    return newer->second;
  return below_.get(name_, key);
}

result<void>
offsets_view::scan(std::string_view prefix, const storage::view_visitor& x) {
  if (auto done = update(); !done)
    return done;
  return below_.scan(name_, prefix, x);
}

result<void> offsets_view::erase() {
  pending_.clear();
  return below_.erase(name_);
}

} // namespace troupe::actors
