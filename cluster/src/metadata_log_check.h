// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <optional>
#include <string>
#include <vector>

namespace troupe::cluster {

/// Looks for damage that is not a torn tail, before the log is opened: opening
/// cuts a log at the first bad batch, and what follows would be lost without a
/// word. A batch is synced before the next one is written, so a crash can tear
/// only the last one; a whole batch behind a bad one, or a segment that does
/// not continue the one before, is damage. corrupt_log then, with the place.
/// From `unsynced_mark` on anything may be torn.
///
/// Answers empty files between the segments, which a roll leaves that fails
/// half-way. They must go before the log is opened, as they break its chain.
result<std::vector<std::string>>
check_segments(storage::file_system& fs, const std::string& directory,
               std::optional<storage::offset_t> unsynced_mark);

} // namespace troupe::cluster
