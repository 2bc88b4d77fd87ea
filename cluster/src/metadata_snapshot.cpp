// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_snapshot.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr std::string_view suffix = ".checkpoint";
constexpr size_t digits = 20;
/// Larger files are not ours; a million partitions take about 40 MiB.
constexpr size_t snapshot_bytes_max = size_t{1} << 31;

std::optional<offset_t> parse_name(std::string_view name) {
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

tl::unexpected<storage::error>
damaged(const std::string& path, const std::string& reason) {
  return failure(storage::errc::corrupt_log,
                 "cannot load metadata snapshot " + path + ": " + reason);
}

} // namespace

std::string snapshot_path(const std::string& directory, offset_t end_offset) {
  auto number = std::to_string(end_offset);
  return directory + "/" + std::string(digits - number.size(), '0') + number
         + std::string{suffix};
}

result<std::vector<offset_t>>
list_snapshots(storage::file_system& fs, const std::string& directory) {
  auto names = fs.list(directory);
  if (!names)
    return failure(std::move(names.error()));
  std::vector<offset_t> snapshots;
  for (const auto& name : *names)
    if (auto end_offset = parse_name(name))
      snapshots.push_back(*end_offset);
  std::sort(snapshots.rbegin(), snapshots.rend());
  return snapshots;
}

result<image_ptr> load_snapshot(storage::file_system& fs,
                                const std::string& directory,
                                offset_t end_offset) {
  auto path = snapshot_path(directory, end_offset);
  auto content = storage::read_file(fs, path, snapshot_bytes_max);
  if (!content)
    return failure(std::move(content.error()));
  auto header = whole_batch(*content);
  if (!header || header->size_bytes() != content->size())
    return damaged(path, "it is torn or its checksum is wrong");
  if (header->base_offset != end_offset)
    return damaged(path, "it was written for another offset");
  metadata_delta records;
  if (auto ok = decode_batch(*content, records); !ok)
    return failure(ok.error().code, "cannot load metadata snapshot " + path
                                        + ": " + ok.error().message);
  auto image = apply(metadata_image{}, records, end_offset);
  if (!image)
    return damaged(path, image.error().message);
  return image;
}

result<void> write_snapshot(storage::file_system& fs,
                            const std::string& directory,
                            const metadata_image& image, timestamp_ms now) {
  auto batch = encode_batch(snapshot_of(image), image.end_offset, now);
  return storage::replace_file(fs, snapshot_path(directory, image.end_offset),
                               batch.bytes());
}

} // namespace troupe::cluster
