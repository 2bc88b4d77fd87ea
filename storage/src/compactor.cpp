// SPDX-License-Identifier: Apache-2.0
#include "compactor_state.h"

#include "header_reader.h"
#include "raw_records.h"
#include "segment_names.h"

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::storage {

result<batch_stream> compactor::state::stream(const compaction_source& x) {
  auto path = segment_path(plan.directory, x.base_offset, log_suffix);
  auto from = fs.open(path, open_mode::read);
  if (!from)
    return failure(std::move(from.error()));
  report.bytes_read += x.size_bytes;
  return batch_stream{std::move(*from), x, window, pace};
}

void compactor::state::leave_alone(compaction_source& x, const error& why) {
  x.damaged = true;
  keep_tombstones = true;
  report.notes.push_back("segment " + std::to_string(x.base_offset)
                         + " is left as it is: " + why.message);
}

/// Markers come after the records that they decide, so they are read first.
result<void> compactor::state::read_outcomes(const compaction_source& x) {
  auto path = segment_path(plan.directory, x.base_offset, log_suffix);
  auto from = fs.open(path, open_mode::read);
  if (!from)
    return failure(std::move(from.error()));
  header_reader reader{**from, x.size_bytes, read_mode::blocking};
  std::vector<std::byte> batch;
  for (uint64_t position = 0; position < x.size_bytes;) {
    auto read = reader.at(position);
    if (!read)
      return {}; // reported when the keys are read
    auto& header = read->header;
    batch.clear();
    if (header.control() && header.transactional()) {
      batch.resize(header.size_bytes());
      if (auto done = (*from)->read(position, batch); !done)
        return failure(std::move(done.error()));
    }
    outcomes.note(header, batch);
    if (header.has_producer() && !header.control())
      last_dirty[header.producer_id] = header.last_offset();
    position += header.size_bytes();
  }
  return {};
}

result<bool> compactor::state::put_keys(const batch_stream::streamed_batch& x) {
  auto& header = x.header;
  auto known =
      !header.control()
      && outcomes.of(header) == transaction_outcomes::outcome::committed;
  if (known && header.records_count > 0) {
    auto bytes_max = static_cast<size_t>(plan.decompressed_bytes_max);
    auto area = records_area(x.bytes, header, bytes_max, unpacked);
    if (!area)
      return failure(std::move(area.error()));
    for (int32_t i = 0; i < header.records_count; ++i) {
      auto record = take_record(*area);
      if (!record)
        return failure(std::move(record.error()));
      auto offset = header.base_offset + record->offset_delta;
      if (!record->key || offset < plan.first_dirty_offset)
        continue;
      if (!latest.put(*record->key, offset))
        return false;
      report.first_dirty_offset = offset + 1;
    }
  }
  report.first_dirty_offset =
      std::max(report.first_dirty_offset, header.next_offset());
  return true;
}

result<bool> compactor::state::read_keys(const compaction_source& x) {
  auto batches = stream(x);
  if (!batches)
    return failure(std::move(batches.error()));
  for (;;) {
    auto batch = batches->next();
    if (!batch)
      return failure(std::move(batch.error()));
    if (!*batch)
      return true;
    if ((*batch)->header.next_offset() <= plan.first_dirty_offset)
      continue;
    auto all = put_keys(**batch);
    if (!all || !*all)
      return all;
  }
}

compactor::compactor(file_system& fs, compaction_plan plan,
                     compaction_limits limits, compaction_pace pace)
    : state_(std::make_unique<state>(fs, std::move(plan), limits,
                                     std::move(pace))) {}

compactor::~compactor() = default;

result<void> compactor::read_dirty() {
  auto& x = *state_;
  auto is_dirty = [&](const compaction_source& source) {
    return !source.damaged && source.end_offset > x.plan.first_dirty_offset;
  };
  for (auto& source : x.plan.segments) {
    x.keep_tombstones = x.keep_tombstones || source.damaged;
    if (is_dirty(source))
      if (auto done = x.read_outcomes(source); !done)
        return done;
  }
  for (auto& source : x.plan.segments) {
    if (is_dirty(source)) {
      auto all = x.read_keys(source);
      if (!all && !is_damage(all.error()))
        return failure(std::move(all.error()));
      if (!all)
        x.leave_alone(source, all.error());
      else if (!*all)
        break;
    }
    x.report.first_dirty_offset =
        std::max(x.report.first_dirty_offset, source.end_offset);
  }
  return {};
}

const compaction_report& compactor::report() const noexcept {
  return state_->report;
}

} // namespace troupe::storage
