// SPDX-License-Identifier: Apache-2.0
#include "log_directory.h"
#include "log_state.h"
#include "segment_names.h"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::storage {

namespace {

std::string path_of(const std::string& directory, offset_t base,
                    std::string_view suffix, std::string_view state) {
  return segment_path(directory, base, suffix).append(state);
}

void remove_all(file_system& fs, const std::string& directory, offset_t base,
                std::string_view state) {
  for (auto suffix : {log_suffix, offset_index_suffix, time_index_suffix})
    // What stays is swept up when the log is opened.
    static_cast<void>(fs.remove(path_of(directory, base, suffix, state)));
}

} // namespace

result<bool> log::state::is_young(size_t i, timestamp_ms now) {
  auto lag_ms = options.config.min_compaction_lag_ms;
  if (lag_ms <= 0 || segment_end(i) <= first_dirty_offset)
    return false;
  auto largest = largest_of(i);
  if (!largest)
    return failure(std::move(largest.error()));
  return *largest > now - lag_ms;
}

result<bool> log::state::is_overdue(size_t i, timestamp_ms now) {
  auto lag_ms = options.config.max_compaction_lag_ms;
  if (lag_ms >= log_config::unlimited)
    return false;
  auto first = segments[i]->first_timestamp();
  if (!first)
    return failure(std::move(first.error()));
  return *first > 0 && *first < now - lag_ms;
}

result<void> log::state::plan_segments(compaction_plan& plan, offset_t limit) {
  for (size_t i = 0; i + 1 < segments.size(); ++i) {
    auto& x = *segments[i];
    auto young = is_young(i, plan.now);
    if (!young)
      return failure(std::move(young.error()));
    if (segment_end(i) > limit || *young)
      return {};
    auto fenced = fences.next(x.base_offset(), 0) != nullptr;
    plan.segments.push_back(
        {x.base_offset(), segment_end(i), x.size_bytes(), fenced});
    if (segment_end(i) <= plan.first_dirty_offset) {
      plan.clean_bytes += x.size_bytes();
      continue;
    }
    plan.dirty_bytes += x.size_bytes();
    auto overdue = is_overdue(i, plan.now);
    if (!overdue)
      return failure(std::move(overdue.error()));
    plan.overdue = plan.overdue || *overdue;
  }
  return {};
}

result<compaction_plan> log::plan_compaction(timestamp_ms now, offset_t limit) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return failure(std::move(done.error()));
  auto& config = x.options.config;
  compaction_plan plan;
  plan.directory = x.options.directory;
  plan.generation = x.compaction_generation;
  plan.first_dirty_offset =
      std::max(x.first_dirty_offset, x.segments.front()->base_offset());
  plan.min_dirty_ratio = config.min_cleanable_dirty_ratio;
  plan.segment_bytes = x.segment_bytes_max();
  plan.index_interval_bytes = config.index_interval_bytes;
  plan.delete_retention_ms = config.delete_retention_ms;
  plan.decompressed_bytes_max = config.decompressed_bytes_max;
  plan.now = now;
  if (!config.cleanup_compact)
    return plan;
  // A power cut may take what is not synced, and with it the record for whose
  // sake an older one would have been removed.
  if (auto done = x.plan_segments(plan, std::min(limit, recovery_point()));
      !done)
    return failure(std::move(done.error()));
  if (!plan.segments.empty())
    plan.last_offsets =
        x.producers.last_offsets(plan.segments.back().end_offset);
  return plan;
}

/// The place of what `x` replaces, if it is still all there.
std::optional<size_t> log::state::place_of(const cleaned_segment& x) const {
  if (x.generation != compaction_generation || x.replaces.empty())
    return std::nullopt;
  auto base = x.replaces.front().base_offset;
  if (base < segments.front()->base_offset())
    return std::nullopt;
  auto first = segment_at(base);
  if (first + x.replaces.size() >= segments.size())
    return std::nullopt;
  for (size_t k = 0; k < x.replaces.size(); ++k) {
    auto& expected = x.replaces[k];
    auto& found = *segments[first + k];
    if (found.base_offset() != expected.base_offset
        || found.size_bytes() != expected.size_bytes
        || segment_end(first + k) != expected.end_offset)
      return std::nullopt;
  }
  return first;
}

void log::state::allow_gaps() {
  gaps = true;
  for (auto& x : segments)
    x->expect_gaps();
}

/// Notes on disk that offsets need not continue in this log.
result<void> log::state::mark_gaps() {
  if (gaps_marked)
    return {};
  auto path = options.directory + "/" + std::string{gaps_file_name};
  if (auto made = fs.open(path, open_mode::create); !made)
    return failure(std::move(made.error()));
  directory_changed = true;
  gaps_marked = true;
  gaps_marked_at = end_offset;
  allow_gaps();
  return {};
}

/// The last step is the one that counts.
result<void> log::state::begin_swap(offset_t base) {
  for (auto suffix : {offset_index_suffix, time_index_suffix, log_suffix}) {
    auto& directory = options.directory;
    auto done = fs.rename(path_of(directory, base, suffix, cleaned_suffix),
                          path_of(directory, base, suffix, swap_suffix));
    if (done)
      continue;
    remove_all(fs, directory, base, swap_suffix);
    remove_all(fs, directory, base, cleaned_suffix);
    return done;
  }
  return {};
}

/// The log file last: with it the swap is over, so its indexes are there.
result<std::unique_ptr<segment>> log::state::end_swap(offset_t base) {
  auto& directory = options.directory;
  for (auto suffix : {offset_index_suffix, time_index_suffix, log_suffix}) {
    auto done = fs.rename(path_of(directory, base, suffix, swap_suffix),
                          segment_path(directory, base, suffix));
    if (!done)
      return failure(std::move(done.error()));
  }
  auto opened = segment::open(fs, directory, base, options.now);
  if (opened) {
    (*opened)->expect_gaps();
    (*opened)->release();
  }
  return opened;
}

result<removed_files> log::swap_segments(const cleaned_segment& cleaned) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return failure(std::move(done.error()));
  auto refuse = [&](error why) {
    ++x.compaction_generation;
    return failure(std::move(why));
  };
  auto first = x.place_of(cleaned);
  if (!first) {
    if (!cleaned.replaces.empty())
      remove_all(x.fs, x.options.directory,
                 cleaned.replaces.front().base_offset, cleaned_suffix);
    return refuse({errc::invalid_argument,
                   "swap: the segments are not what was compacted", 0});
  }
  auto base = cleaned.replaces.front().base_offset;
  if (auto done = x.mark_gaps(); !done)
    return refuse(std::move(done.error()));
  if (auto done = x.begin_swap(base); !done)
    return refuse(std::move(done.error()));
  x.directory_changed = true;
  x.positions.clear();
  removed_files removed;
  for (size_t k = 0; k < cleaned.replaces.size(); ++k) {
    auto done = x.segments[*first + k]->mark_deleted(removed.paths);
    if (done)
      continue;
    // From here on only opening the log again sorts it out.
    x.poisoned = true;
    return refuse(std::move(done.error()));
  }
  auto opened = x.end_swap(base);
  if (!opened) {
    x.poisoned = true;
    return refuse(std::move(opened.error()));
  }
  auto begin = x.segments.begin() + static_cast<std::ptrdiff_t>(*first);
  *begin = std::move(*opened);
  x.segments.erase(
      begin + 1, begin + static_cast<std::ptrdiff_t>(cleaned.replaces.size()));
  return removed;
}

void log::finish_compaction(uint64_t generation, offset_t first_dirty_offset) {
  auto& x = *state_;
  if (generation == x.compaction_generation)
    x.first_dirty_offset =
        std::clamp(first_dirty_offset, x.first_dirty_offset, x.end_offset);
}

offset_t log::first_dirty_offset() const noexcept {
  return state_->first_dirty_offset;
}

} // namespace troupe::storage
