// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_log_check.h>
#include <metadata_log_files.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

constexpr size_t magic_position = 16;
constexpr size_t segment_bytes_max = size_t{1} << 31;

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

bool may_be_torn(offset_t offset, std::optional<offset_t> unsynced_mark) {
  return unsynced_mark && offset >= *unsynced_mark;
}

tl::unexpected<storage::error>
damaged(const std::string& path, const std::string& reason) {
  return failure(storage::errc::corrupt_log,
                 "metadata log is damaged, nothing was changed: " + path + " "
                     + reason);
}

/// Walks the batches of one segment; answers the offset after the last one.
result<offset_t> check_batches(const std::string& path, offset_t base_offset,
                               std::span<const std::byte> content,
                               std::optional<offset_t> unsynced_mark) {
  auto next = base_offset;
  auto left = content;
  while (!left.empty()) {
    auto header = whole_batch(left);
    if (!header || header->base_offset != next) {
      if (!may_be_torn(next, unsynced_mark)
          && holds_later_batch(left.subspan(header ? 0 : 1), next))
        return damaged(path,
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
check_segments(storage::file_system& fs, const std::string& directory,
               std::optional<offset_t> unsynced_mark) {
  auto segments = list_offsets(fs, directory, segment_suffix);
  if (!segments)
    return failure(std::move(segments.error()));
  std::vector<std::string> strays;
  std::optional<offset_t> next;
  for (auto base : *segments) {
    auto path = offset_path(directory, base, segment_suffix);
    auto content = storage::read_file(fs, path, segment_bytes_max);
    if (!content)
      return failure(std::move(content.error()));
    bool continues = next.value_or(base) == base;
    bool last = base == segments->back();
    if (content->empty() && !(last && continues)) {
      strays.push_back(std::move(path));
      continue;
    }
    // Opening will cut the log before this one.
    if (!continues && may_be_torn(*next, unsynced_mark))
      break;
    if (!continues)
      return damaged(path, "does not continue the segment before it, which "
                           "ends at offset "
                               + std::to_string(*next));
    auto end = check_batches(path, base, *content, unsynced_mark);
    if (!end)
      return failure(std::move(end.error()));
    next = *end;
  }
  return strays;
}

} // namespace troupe::cluster
