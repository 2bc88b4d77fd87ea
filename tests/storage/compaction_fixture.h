// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log_fixture.h"

#include <troupe/storage/compactor.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::storage::test {

/// A record as it is read back.
struct stored_record {
  offset_t offset = 0;
  timestamp_ms timestamp = 0;
  std::string key;
  std::optional<std::string> value;

  bool operator==(const stored_record&) const = default;
};

/// A compacted log in memory, one record per batch unless said otherwise.
struct compaction_fixture : log_fixture {
  compaction_limits limits;
  compaction_report cleaned;

  compaction_fixture();

  /// One batch of records with the given keys and values.
  offset_t
  put(const std::vector<std::pair<std::string, std::optional<std::string>>>&
          records,
      codec with = codec::none, producer_id_t producer = -1,
      int32_t sequence = -1);
  offset_t put(const std::string& key, std::optional<std::string> value) {
    return put({{key, std::move(value)}});
  }
  /// Rolls, so that all there is may be compacted.
  void close_segment();

  compaction_plan plan();
  /// All that would be swapped; also read into `cleaned`.
  std::vector<cleaned_segment> clean(const compaction_plan& x);
  /// Plans, cleans and swaps; how many segments were swapped.
  int compact();

  std::vector<batch_header> headers();
  std::vector<stored_record> records();
  /// Offsets of the records of a key.
  std::vector<offset_t> offsets_of(const std::string& key);
};

} // namespace troupe::storage::test
