// SPDX-License-Identifier: Apache-2.0
#include <metadata_log_files.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace troupe::cluster {

namespace {

using storage::offset_t;

constexpr size_t digits = 20;
constexpr std::array<std::string_view, 3> segment_suffixes{
    segment_suffix, ".index", ".timeindex"};

std::optional<offset_t>
parse_name(std::string_view name, std::string_view suffix) {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix)
      || name.find_first_not_of("0123456789") != digits)
    return std::nullopt;
  offset_t x = 0;
  const auto* end = name.data() + digits;
  auto [stop, code] = std::from_chars(name.data(), end, x);
  if (code != std::errc{} || stop != end)
    return std::nullopt;
  return x;
}

result<void> remove_files(storage::file_system& fs,
                          const std::string& directory,
                          std::string_view suffix) {
  auto offsets = list_offsets(fs, directory, suffix);
  if (!offsets)
    return failure(std::move(offsets.error()));
  for (auto offset : *offsets)
    if (auto ok = fs.remove(offset_path(directory, offset, suffix)); !ok)
      return ok;
  return {};
}

result<void> create_empty(storage::file_system& fs,
                          const std::string& directory, offset_t offset,
                          std::string_view suffix) {
  auto created = fs.open(offset_path(directory, offset, suffix),
                         storage::open_mode::create);
  if (!created)
    return failure(std::move(created.error()));
  return fs.sync_directory(directory);
}

} // namespace

std::string offset_path(const std::string& directory, offset_t offset,
                        std::string_view suffix) {
  auto number = std::to_string(offset);
  return directory + "/" + std::string(digits - number.size(), '0') + number
         + std::string{suffix};
}

result<std::vector<offset_t>> list_offsets(storage::file_system& fs,
                                           const std::string& directory,
                                           std::string_view suffix) {
  auto names = fs.list(directory);
  if (!names)
    return failure(std::move(names.error()));
  std::vector<offset_t> offsets;
  for (const auto& name : *names)
    if (auto offset = parse_name(name, suffix))
      offsets.push_back(*offset);
  std::sort(offsets.begin(), offsets.end());
  return offsets;
}

result<void>
sync_segments(storage::file_system& fs, const std::string& directory) {
  auto segments = list_offsets(fs, directory, segment_suffix);
  if (!segments)
    return failure(std::move(segments.error()));
  for (auto base : *segments) {
    auto segment = fs.open(offset_path(directory, base, segment_suffix),
                           storage::open_mode::write);
    if (!segment)
      return failure(std::move(segment.error()));
    if (auto ok = (*segment)->sync(); !ok)
      return ok;
  }
  return fs.sync_directory(directory);
}

result<void> replace_segments(storage::file_system& fs,
                              const std::string& directory, offset_t offset) {
  for (auto suffix : segment_suffixes)
    if (auto ok = remove_files(fs, directory, suffix); !ok)
      return ok;
  // Old segments must not come back beside the new one.
  if (auto ok = fs.sync_directory(directory); !ok)
    return ok;
  return create_empty(fs, directory, offset, segment_suffix);
}

result<void> place_unsynced_mark(storage::file_system& fs,
                                 const std::string& directory, offset_t from) {
  return create_empty(fs, directory, from, unsynced_suffix);
}

result<std::optional<offset_t>>
find_unsynced_mark(storage::file_system& fs, const std::string& directory) {
  auto marks = list_offsets(fs, directory, unsynced_suffix);
  if (!marks)
    return failure(std::move(marks.error()));
  return marks->empty() ? std::nullopt : std::optional{marks->front()};
}

result<void>
remove_unsynced_marks(storage::file_system& fs, const std::string& directory) {
  return remove_files(fs, directory, unsynced_suffix);
}

} // namespace troupe::cluster
