// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>

#include <string>
#include <vector>

namespace troupe::cluster {

/// Looks for damage that is not a torn tail, before the log is opened: opening
/// cuts a log at the first bad batch, and what follows would be lost without a
/// word. Every append is synced before the next one, so a crash can tear only
/// the last batch; a whole batch behind a bad one, or a segment that does not
/// continue the one before, is damage. corrupt_log then, with the place.
///
/// Answers empty files between the segments, which a roll leaves that fails
/// half-way. They must go before the log is opened, as they break its chain.
result<std::vector<std::string>>
check_segments(storage::file_system& fs, const std::string& directory);

/// Makes all segments durable, whoever wrote them: the log syncs only what it
/// appended itself.
result<void>
sync_segments(storage::file_system& fs, const std::string& directory);

} // namespace troupe::cluster
