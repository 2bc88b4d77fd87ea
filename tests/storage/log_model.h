// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_file_system.h"

#include <troupe/storage/log.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage::test {

struct model_record {
  int32_t offset_delta = 0;
  timestamp_ms timestamp = no_timestamp;
  std::string key;
  std::optional<std::string> value;

  bool operator==(const model_record&) const = default;
};

/// One batch as it must lie in the log.
struct model_batch {
  offset_t base_offset = 0;
  leader_epoch_t epoch = 0;
  producer_id_t producer = no_producer_id;
  int32_t sequence = -1;
  /// Offsets that it takes, whatever compaction removes.
  int32_t offsets_count = 0;
  timestamp_ms max_timestamp = no_timestamp;
  std::vector<model_record> records;
  /// The batch as the client sent it; offset and epoch are the log's. Once
  /// compacted: as it was found.
  buffer sent;

  void add(model_record x);
  offset_t next_offset() const { return base_offset + offsets_count; }
};

/// What a log should hold, kept in the simplest way. Batches that retention
/// removed stay known, because a crash may bring them back. Each check answers
/// what is wrong, or an empty string.
class log_model {
public:
  offset_t start_offset() const { return start_; }
  offset_t end_offset() const { return end_; }
  offset_t synced() const { return synced_; }
  const std::vector<model_batch>& batches() const { return batches_; }
  /// What compaction never touched.
  const std::vector<model_batch>& originals() const { return originals_; }

  void append(model_batch x);
  /// Offset at which a log ends that was cut at `offset`.
  offset_t boundary_below(offset_t offset) const;
  void truncate_to(offset_t end);
  void advance_start(offset_t start) { start_ = start; }
  void set_synced(offset_t offset) { synced_ = offset; }

  /// Takes over what a crash left; complains if too much is gone.
  std::string survive_crash(const log& x, offset_t saved_start,
                            offset_t saved_recovery_point);

  /// Compaction may be undone: what was appended counts again.
  void forget_compaction() { batches_ = originals_; }
  /// Takes over what compaction left; complains if it is not what was
  /// appended, or if a key lost its last value.
  std::string adopt(log& x, bool tombstones_stay);

  std::string check_bounds(const log& x) const;
  /// Reads everything.
  std::string check_content(log& x, uint32_t bytes_max) const;
  std::string
  check_read(log& x, offset_t from, uint32_t bytes_max, offset_t limit) const;
  std::string check_producers(const log& x) const;
  std::string check_timestamps(log& x, timestamp_ms from, offset_t limit) const;
  std::string check_epoch(const log& x, offset_t offset) const;

private:
  size_t index_of(offset_t offset) const;
  std::string compare(size_t i, std::span<const std::byte> bytes) const;
  std::string adopt_batch(std::span<const std::byte> bytes,
                          std::vector<model_batch>& into) const;
  std::string check_last_values(const std::vector<model_batch>& found,
                                bool tombstones_stay) const;

  /// Contiguous until compaction takes some away.
  std::vector<model_batch> batches_;
  /// Contiguous.
  std::vector<model_batch> originals_;
  offset_t start_ = 0;
  offset_t end_ = 0;
  offset_t synced_ = 0;
};

/// Compares the index files in `directory` with its log files, knowing nothing
/// of the code that wrote them. Of the active segment only if `closed`. Below
/// the log start there may be torn batches that nobody had to sync.
std::string check_indexes(fault_file_system& fs, const std::string& directory,
                          bool closed, offset_t log_start);

} // namespace troupe::storage::test
