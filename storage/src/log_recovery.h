// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fenced_ranges.h"
#include "segment.h"

#include <troupe/storage/log.h>

#include <memory>
#include <vector>

namespace troupe::storage {

/// The files of a log, in order again. The last segment is active.
struct recovered_log {
  std::vector<std::unique_ptr<segment>> segments;
  fenced_ranges fences;
  offset_t start_offset = 0;
  offset_t end_offset = 0;
  offset_t recovery_point = 0;
  /// The checkpoint tells the truth about these files.
  bool checkpoint_holds = false;
  bool directory_created = false;
  /// Offsets may ascend with gaps; a file says so.
  bool gaps = false;
  bool gaps_marked = false;
  /// Files were created in it that no sync has covered.
  bool directory_changed = false;
};

/// Brings the files of a log into a state that can be appended to.
///
/// Clean stop: sizes and the last index entries must fit, else it was not
/// clean. Otherwise every batch from the segment before the recovery point on
/// is checked. The first bad batch beyond the recovery point ends the log:
/// what follows was never promised to anybody. Bad batches below it were
/// synced once, so what follows them stays and they are fenced.
result<recovered_log> recover_log(file_system& fs, const log_options& options,
                                  recovery_report& report);

} // namespace troupe::storage
