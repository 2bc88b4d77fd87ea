// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// Files of the metadata log are called by an offset in 20 digits:
///
///   .log         a segment, named by its first offset (and its indexes)
///   .checkpoint  a snapshot, named by its end
///   .installing  a snapshot that is about to take the place of the whole log
///   .unsynced    empty; from this offset on a crash may have torn anything:
///                several batches shared a sync, or the log was truncated
inline constexpr std::string_view segment_suffix = ".log";
inline constexpr std::string_view snapshot_suffix = ".checkpoint";
inline constexpr std::string_view installing_suffix = ".installing";
inline constexpr std::string_view unsynced_suffix = ".unsynced";

std::string offset_path(const std::string& directory, storage::offset_t offset,
                        std::string_view suffix);

/// Offsets of the files with this suffix, ascending.
result<std::vector<storage::offset_t>>
list_offsets(storage::file_system& fs, const std::string& directory,
             std::string_view suffix);

/// Makes all segments durable, whoever wrote them: the log syncs only what it
/// appended itself.
result<void>
sync_segments(storage::file_system& fs, const std::string& directory);

/// Removes every segment with its indexes and leaves an empty one that begins
/// at `offset`, durably: the log goes on there.
result<void> replace_segments(storage::file_system& fs,
                              const std::string& directory,
                              storage::offset_t offset);

/// Durable when it returns.
result<void> place_unsynced_mark(storage::file_system& fs,
                                 const std::string& directory,
                                 storage::offset_t from);

/// The lowest one.
result<std::optional<storage::offset_t>>
find_unsynced_mark(storage::file_system& fs, const std::string& directory);

/// All of them, not durably: one that comes back only hides damage from
/// `check_segments`.
result<void>
remove_unsynced_marks(storage::file_system& fs, const std::string& directory);

} // namespace troupe::cluster
