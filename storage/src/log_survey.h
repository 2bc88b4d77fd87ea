// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment.h"

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::storage {

/// What reading the segments of a log found. Nothing on disk is changed by it.
struct log_survey {
  /// The first segment that was read.
  size_t first = 0;
  /// The last one that was read.
  size_t last = 0;
  /// Segments that stay; the last of them ends at `cut_position` if `cut`.
  size_t keep = 0;
  bool cut = false;
  uint64_t cut_position = 0;
  offset_t end_offset = 0;
  uint64_t bytes_scanned = 0;
  std::vector<damaged_range> damages;
  /// Segments with bytes behind their last batch, and where those begin.
  std::vector<std::pair<size_t, uint64_t>> trims;
  std::vector<std::string> notes;
};

/// Checks every batch from the segment before `recovery_point` on and makes
/// the indexes of what it reads anew, in memory. `known` damage does not end
/// the log again.
result<log_survey>
survey_log(std::span<const std::unique_ptr<segment>> segments,
           offset_t recovery_point, const fenced_ranges& known,
           int64_t index_interval_bytes);

} // namespace troupe::storage
