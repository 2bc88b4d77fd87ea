// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_log_check.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

constexpr std::string_view suffix = ".log";
constexpr size_t digits = 20;
constexpr size_t magic_position = 16;
constexpr size_t segment_bytes_max = size_t{1} << 31;

struct segment_file {
  std::string path;
  offset_t base_offset = 0;
};

std::optional<offset_t> base_offset_of(std::string_view name) {
  if (name.size() != digits + suffix.size() || !name.ends_with(suffix)
      || name.find_first_not_of("0123456789") != digits)
    return std::nullopt;
  offset_t x = 0;
  auto [stop, code] = std::from_chars(name.data(), name.data() + digits, x);
  if (code != std::errc{})
    return std::nullopt;
  return x;
}

/// A whole batch from `next` on somewhere in `bytes`.
bool holds_later_batch(std::span<const std::byte> bytes, offset_t next) {
  while (bytes.size() >= storage::batch_header_bytes) {
    if (bytes[magic_position] == std::byte{2})
      if (auto header = whole_batch(bytes);
          header && header->base_offset >= next)
        return true;
    bytes = bytes.subspan(1);
  }
  return false;
}

tl::unexpected<storage::error>
damaged(const std::string& path, const std::string& reason) {
  return failure(storage::errc::corrupt_log,
                 "metadata log is damaged, nothing was changed: " + path + " "
                     + reason);
}

/// The segments in `directory`, in the order of their offsets.
result<std::vector<segment_file>>
list_segments(storage::file_system& fs, const std::string& directory) {
  auto names = fs.list(directory);
  if (!names)
    return failure(std::move(names.error()));
  std::vector<segment_file> segments;
  for (const auto& name : *names)
    if (auto base = base_offset_of(name))
      segments.push_back({directory + "/" + name, *base});
  return segments;
}

/// Walks the batches of one segment; answers the offset after the last one.
result<offset_t>
check_batches(const segment_file& segment, std::span<const std::byte> content) {
  auto next = segment.base_offset;
  auto left = content;
  while (!left.empty()) {
    auto header = whole_batch(left);
    if (!header || header->base_offset != next) {
      if (holds_later_batch(left.subspan(header ? 0 : 1), next))
        return damaged(segment.path,
                       "has good batches behind a bad one at byte "
                           + std::to_string(content.size() - left.size()));
      return next;
    }
    next = header->next_offset();
    left = left.subspan(header->size_bytes());
  }
  return next;
}

} // namespace

result<std::vector<std::string>>
check_segments(storage::file_system& fs, const std::string& directory) {
  auto segments = list_segments(fs, directory);
  if (!segments)
    return failure(std::move(segments.error()));
  std::vector<std::string> strays;
  std::optional<offset_t> next;
  for (const auto& x : *segments) {
    auto content = storage::read_file(fs, x.path, segment_bytes_max);
    if (!content)
      return failure(std::move(content.error()));
    bool continues = next.value_or(x.base_offset) == x.base_offset;
    bool last = &x == &segments->back();
    if (content->empty() && !(last && continues)) {
      strays.push_back(x.path);
      continue;
    }
    if (!continues)
      return damaged(x.path, "does not continue the segment before it, which "
                             "ends at offset "
                                 + std::to_string(*next));
    auto end = check_batches(x, *content);
    if (!end)
      return failure(std::move(end.error()));
    next = *end;
  }
  return strays;
}

result<void>
sync_segments(storage::file_system& fs, const std::string& directory) {
  auto segments = list_segments(fs, directory);
  if (!segments)
    return failure(std::move(segments.error()));
  for (const auto& x : *segments) {
    auto segment = fs.open(x.path, storage::open_mode::write);
    if (!segment)
      return failure(std::move(segment.error()));
    if (auto ok = (*segment)->sync(); !ok)
      return ok;
  }
  return fs.sync_directory(directory);
}

} // namespace troupe::cluster
