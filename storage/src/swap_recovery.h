// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log.h>

#include <string>
#include <vector>

namespace troupe::storage {

// A swap puts one compacted segment in the place of some, in steps that a crash
// may separate:
//
//   1. <base>.log.cleaned -> <base>.log.swap, indexes before it
//   2. the old files -> .deleted, ascending
//   3. <base>.log.swap -> <base>.log, indexes before it
//
// Once `.log.swap` is there, the swap counts: opening the log finishes it.
// Before that, nothing happened and `.cleaned` is waste.

/// Finishes what a crash interrupted in `directory`, which holds `names`. True
/// when there was something to do. A swap whose new segment cannot be read is
/// undone while the old ones are all there.
result<bool> finish_swaps(file_system& fs, const std::string& directory,
                          const std::vector<std::string>& names,
                          recovery_report& report);

} // namespace troupe::storage
