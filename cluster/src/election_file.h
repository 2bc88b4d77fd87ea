// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/quorum_storage.h>
#include <troupe/storage/file_system.h>

#include <optional>
#include <string>

namespace troupe::cluster {

// The vote lies in the file `quorum-state` beside the log:
//
//   version u8, epoch i32, voted_for i32, crc u32 (CRC-32C of all before it)

/// Nothing when there is no such file; corrupt_log when it is damaged: a node
/// that does not know for whom it voted must not vote.
result<std::optional<election_state>>
load_election(storage::file_system& fs, const std::string& directory);

/// Durable when it returns; a crash leaves the old state or the new one.
result<void> save_election(storage::file_system& fs,
                           const std::string& directory,
                           const election_state& x);

} // namespace troupe::cluster
