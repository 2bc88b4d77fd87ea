// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace troupe::storage {

inline constexpr std::string_view log_suffix = ".log";
inline constexpr std::string_view offset_index_suffix = ".index";
inline constexpr std::string_view time_index_suffix = ".timeindex";
/// Files that left the log and wait to be removed.
inline constexpr std::string_view deleted_suffix = ".deleted";
/// Files that compaction writes, and those of a swap that has begun.
inline constexpr std::string_view cleaned_suffix = ".cleaned";
inline constexpr std::string_view swap_suffix = ".swap";

/// `<directory>/<20-digit base offset><suffix>`.
std::string segment_path(const std::string& directory, offset_t base_offset,
                         std::string_view suffix);

/// The base offset, if `name` is 20 digits and `suffix`.
std::optional<offset_t>
parse_segment_name(std::string_view name, std::string_view suffix);

/// Files that a crash may leave and nobody needs: `.deleted`, and the
/// `.cleaned`, `.swap` and `.tmp` of half-done replacements.
bool is_leftover(std::string_view name);

} // namespace troupe::storage
