// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_log_files.h>
#include <metadata_snapshot.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

/// Larger files are not ours; a million partitions take about 40 MiB.
constexpr size_t snapshot_bytes_max = size_t{1} << 31;

tl::unexpected<storage::error> damaged(const std::string& reason) {
  return failure(storage::errc::corrupt_log, reason);
}

} // namespace

std::string snapshot_path(const std::string& directory, offset_t end_offset) {
  return offset_path(directory, end_offset, snapshot_suffix);
}

result<std::vector<offset_t>>
list_snapshots(storage::file_system& fs, const std::string& directory) {
  auto snapshots = list_offsets(fs, directory, snapshot_suffix);
  if (snapshots)
    std::reverse(snapshots->begin(), snapshots->end());
  return snapshots;
}

result<snapshot_content>
decode_snapshot(std::span<const std::byte> bytes, offset_t end_offset) {
  auto header = whole_batch(bytes);
  if (!header || header->size_bytes() != bytes.size())
    return damaged("it is torn or its checksum is wrong");
  if (header->base_offset != end_offset)
    return damaged("it was written for another offset");
  // Ours are never compressed, and so are bounded by their own size.
  if (header->codec_bits() != 0)
    return damaged("it is compressed");
  metadata_delta records;
  if (auto ok = decode_batch(bytes, records); !ok)
    return ok.error().code == storage::errc::unsupported_format
               ? failure(std::move(ok.error()))
               : damaged(ok.error().message);
  auto image = apply(metadata_image{}, records, end_offset);
  if (!image)
    return damaged(image.error().message);
  return snapshot_content{std::move(*image), header->leader_epoch};
}

result<snapshot_content> load_snapshot(storage::file_system& fs,
                                       const std::string& directory,
                                       offset_t end_offset) {
  auto path = snapshot_path(directory, end_offset);
  auto content = storage::read_file(fs, path, snapshot_bytes_max);
  if (!content)
    return failure(std::move(content.error()));
  auto decoded = decode_snapshot(*content, end_offset);
  if (!decoded)
    return failure(decoded.error().code, "cannot load metadata snapshot " + path
                                             + ": " + decoded.error().message);
  return decoded;
}

result<void> write_snapshot(storage::file_system& fs,
                            const std::string& directory,
                            const metadata_image& image,
                            leader_epoch_t last_epoch, timestamp_ms now) {
  auto batch =
      encode_batch(snapshot_of(image), image.end_offset, last_epoch, now);
  return storage::replace_file(fs, snapshot_path(directory, image.end_offset),
                               batch.bytes());
}

} // namespace troupe::cluster
