// SPDX-License-Identifier: Apache-2.0
#include "offsets_view.h"

#include <utility>
#include <vector>

namespace troupe::actors {

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
    if (auto done = below_.reset(name_, {topic_id, start}); !done)
      return failure(std::move(done.error()));
  }
  view_end_offset_ = fits ? (*found)->end_offset : start;
  end_offset_ = view_end_offset_;
  return end_offset_;
}

void offsets_view::put(std::string key, std::optional<std::string> value) {
  pending_.insert_or_assign(std::move(key), std::move(value));
}

result<void> offsets_view::update() {
  if (!behind() && pending_.empty())
    return {};
  std::vector<storage::view_change> changes;
  changes.reserve(pending_.size());
  for (const auto& [key, value] : pending_)
    changes.push_back({key, value});
  storage::applied_range range{view_end_offset_, end_offset_};
  if (auto done = below_.apply(name_, range, changes); !done)
    return done;
  view_end_offset_ = end_offset_;
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
