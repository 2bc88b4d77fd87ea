// SPDX-License-Identifier: Apache-2.0
#include "compactor_state.h"

#include "segment_names.h"

#include <array>
#include <limits>
#include <string>
#include <utility>

namespace troupe::storage {

result<void> cleaned_output::flush() {
  if (buffer.empty())
    return {};
  std::array parts{std::span<const std::byte>{buffer}};
  auto done = into->write(parts, buffer.size());
  buffer.clear();
  return done;
}

result<void> cleaned_output::finish() {
  if (auto done = flush(); !done)
    return done;
  if (auto done = into->finish_indexes(); !done)
    return done;
  std::vector<std::shared_ptr<file>> files;
  into->collect_unsynced(files);
  files.push_back(into->source_if_open());
  for (auto& x : files)
    if (auto done = x->sync(); !done)
      return done;
  return {};
}

/// One past the last neighbour that fits into a segment with `begin`.
size_t compactor::state::group_end(size_t begin) const {
  auto& first = plan.segments[begin];
  auto size = first.size_bytes;
  auto i = begin + 1;
  for (; i < plan.segments.size(); ++i) {
    auto& x = plan.segments[i];
    size += x.size_bytes;
    if (x.damaged || x.base_offset >= report.first_dirty_offset
        || size > static_cast<uint64_t>(plan.segment_bytes)
        || x.end_offset - first.base_offset
               > std::numeric_limits<int32_t>::max())
      break;
  }
  return i;
}

batch_fate compactor::state::fate_of(const batch_header& x) const {
  if (x.control())
    return batch_fate::keep;
  // What was compacted before was decided before.
  if (x.base_offset < plan.first_dirty_offset)
    return batch_fate::filter;
  switch (outcomes.of(x)) {
  case transaction_outcomes::outcome::committed:
    return batch_fate::filter;
  case transaction_outcomes::outcome::aborted:
    return batch_fate::discard;
  case transaction_outcomes::outcome::open:
    return batch_fate::keep;
  }
  return batch_fate::keep;
}

/// Sequences go on where a producer's last batch ends.
bool compactor::state::must_keep(const batch_header& x) const {
  if (!x.has_producer())
    return false;
  auto known = plan.last_offsets.find(x.producer_id);
  if (known == plan.last_offsets.end())
    return false;
  auto dirty = last_dirty.find(x.producer_id);
  if (dirty != last_dirty.end())
    return dirty->second == x.last_offset();
  return known->second == no_offset || known->second == x.last_offset();
}

result<void> compactor::state::clean_segment(const compaction_source& x,
                                             bool last,
                                             const compaction_rules& rules,
                                             cleaned_output& output) {
  auto batches = stream(x);
  if (!batches)
    return failure(std::move(batches.error()));
  for (;;) {
    auto batch = batches->next();
    if (!batch)
      return failure(std::move(batch.error()));
    if (!*batch)
      return {};
    auto& header = (*batch)->header;
    // The last one tells where the new segment ends.
    auto keep_empty = must_keep(header) || (last && (*batch)->last);
    auto position = output.into->size_bytes() + output.buffer.size();
    auto left = filter_batch((*batch)->bytes, header, fate_of(header),
                             keep_empty, rules, output.buffer);
    if (!left)
      return failure(std::move(left.error()));
    report.records_removed += static_cast<uint64_t>(left->records_removed);
    output.changed = output.changed || left->changed;
    if (left->bytes == 0)
      continue;
    output.into->note(left->header, position, plan.index_interval_bytes);
    if (output.buffer.size() < limits.buffer_bytes)
      continue;
    if (pace && !pace(output.buffer.size()))
      return failure(errc::closed, "compaction was told to end");
    if (auto done = output.flush(); !done)
      return done;
  }
}

result<bool> compactor::state::clean_group(std::span<compaction_source> group,
                                           cleaned_output& output) {
  compaction_rules rules{
      latest,          report.first_dirty_offset,
      plan.now,        plan.delete_retention_ms,
      keep_tombstones, static_cast<size_t>(plan.decompressed_bytes_max),
  };
  for (auto& x : group) {
    reading = &x;
    auto last = &x == &group.back();
    if (auto done = clean_segment(x, last, rules, output); !done)
      return failure(std::move(done.error()));
  }
  return output.changed || group.size() > 1;
}

void compactor::state::drop_output(offset_t base_offset) {
  for (auto suffix : {log_suffix, offset_index_suffix, time_index_suffix})
    // What stays is swept up when the log is opened.
    static_cast<void>(
        fs.remove(segment_path(plan.directory, base_offset, suffix)
                  + std::string{cleaned_suffix}));
}

result<std::optional<cleaned_segment>> compactor::clean_next() {
  auto& x = *state_;
  auto& segments = x.plan.segments;
  while (x.next < segments.size()
         && segments[x.next].base_offset < x.report.first_dirty_offset) {
    if (segments[x.next].damaged) {
      ++x.next;
      continue;
    }
    auto end = x.group_end(x.next);
    auto group = std::span{segments}.subspan(x.next, end - x.next);
    auto base = group.front().base_offset;
    cleaned_output output;
    auto made = segment::create_cleaned(x.fs, x.plan.directory, base);
    if (!made)
      return failure(std::move(made.error()));
    output.into = std::move(*made);
    auto changed = x.clean_group(group, output);
    if (!changed || !*changed)
      x.drop_output(base);
    if (!changed && !is_damage(changed.error()))
      return failure(std::move(changed.error()));
    if (!changed) {
      x.leave_alone(*x.reading, changed.error());
      continue;
    }
    x.next = end;
    if (!*changed)
      continue;
    if (auto done = output.finish(); !done) {
      x.drop_output(base);
      return failure(std::move(done.error()));
    }
    x.report.bytes_written += output.into->size_bytes();
    return std::optional{cleaned_segment{x.plan.generation,
                                         {group.begin(), group.end()},
                                         output.into->size_bytes()}};
  }
  return std::optional<cleaned_segment>{};
}

} // namespace troupe::storage
