// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <string>

namespace troupe::actors {

/// A file that holds some space of a data directory back. A start writes a
/// little (the lock, the database, the metadata), and only a node that runs can
/// make room by retention: on a full disk it would never come to that.
inline constexpr const char* space_reserve_name = ".space_reserve";
inline constexpr uint64_t space_reserve_bytes = 4 << 20;
/// Nothing is held back on disks with less usable space.
inline constexpr uint64_t space_reserve_usable_bytes_min =
    4 * space_reserve_bytes;

/// Gives the reserve up if the disk is full; true when it did.
result<bool>
spend_space_reserve(storage::file_system& fs, const std::string& directory);

/// Holds the reserve back, if it is not and there is plenty of space.
result<void>
hold_space_reserve(storage::file_system& fs, const std::string& directory);

} // namespace troupe::actors
