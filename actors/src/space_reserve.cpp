// SPDX-License-Identifier: Apache-2.0
#include "space_reserve.h"

#include <array>
#include <span>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

constexpr size_t piece_bytes = 256 << 10;

std::string path_of(const std::string& directory) {
  return directory + "/" + space_reserve_name;
}

/// Zeros that are written, not a hole: only those take space.
result<void> write_reserve(storage::file_system& fs, const std::string& path) {
  auto target = fs.open(path, storage::open_mode::create);
  if (!target)
    return failure(std::move(target.error()));
  const std::vector<std::byte> zeros(piece_bytes);
  std::array parts{std::span<const std::byte>{zeros}};
  for (uint64_t at = 0; at < space_reserve_bytes; at += piece_bytes)
    if (auto done = (*target)->write(at, parts); !done)
      return done;
  return {};
}

} // namespace

result<bool>
spend_space_reserve(storage::file_system& fs, const std::string& directory) {
  auto held = fs.exists(path_of(directory));
  if (!held || !*held)
    return held;
  auto space = fs.free_space(directory);
  if (!space)
    return failure(std::move(space.error()));
  if (space->usable_bytes >= space_reserve_bytes)
    return false;
  if (auto removed = fs.remove(path_of(directory)); !removed)
    return failure(std::move(removed.error()));
  return true;
}

result<void>
hold_space_reserve(storage::file_system& fs, const std::string& directory) {
  auto path = path_of(directory);
  auto held = fs.exists(path);
  if (!held)
    return failure(std::move(held.error()));
  if (*held)
    return {};
  auto space = fs.free_space(directory);
  if (!space)
    return failure(std::move(space.error()));
  if (space->usable_bytes < space_reserve_usable_bytes_min)
    return {};
  auto done = write_reserve(fs, path);
  if (!done)
    // Half a reserve would pass for a whole one.
    static_cast<void>(fs.remove(path));
  return done;
}

} // namespace troupe::actors
