// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_replay.h>
#include <metadata_snapshot.h>

#include <span>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

constexpr uint32_t replay_bytes = 1 << 20;

/// Records between snapshot and log that exist in neither were lost.
result<void> check_reach(const storage::log& log, offset_t begin) {
  if (log.start_offset() > begin)
    return failure(storage::errc::corrupt_log,
                   "metadata is lost: the newest readable snapshot ends at "
                   "offset "
                       + std::to_string(begin) + ", the log begins at "
                       + std::to_string(log.start_offset()));
  if (log.end_offset() < begin)
    return failure(storage::errc::corrupt_log,
                   "metadata is lost: the newest snapshot ends at offset "
                       + std::to_string(begin) + ", the log at "
                       + std::to_string(log.end_offset()));
  return {};
}

result<std::vector<std::byte>> load(const storage::file_slice& slice) {
  std::vector<std::byte> bytes(slice.size);
  if (bytes.empty())
    return bytes;
  auto size = slice.source->read(slice.position, bytes);
  if (!size)
    return failure(std::move(size.error()));
  bytes.resize(*size);
  return bytes;
}

/// Applies the batches that `bytes` consist of, all at once: an image is
/// copied for each call.
result<image_ptr>
apply_batches(const metadata_image& before, std::span<const std::byte> bytes) {
  metadata_delta delta;
  auto next = before.end_offset;
  while (!bytes.empty()) {
    auto header = whole_batch(bytes);
    if (!header || header->base_offset != next)
      return failure(storage::errc::corrupt_log,
                     "cannot replay the metadata log: bad batch at offset "
                         + std::to_string(next));
    if (auto ok = decode_batch(bytes.first(header->size_bytes()), delta); !ok)
      return failure(std::move(ok.error()));
    next = header->next_offset();
    bytes = bytes.subspan(header->size_bytes());
  }
  return apply(before, delta, next);
}

} // namespace

result<loaded_snapshot>
load_newest_snapshot(storage::file_system& fs, const std::string& directory) {
  auto snapshots = list_snapshots(fs, directory);
  if (!snapshots)
    return failure(std::move(snapshots.error()));
  for (auto end_offset : *snapshots) {
    auto image = load_snapshot(fs, directory, end_offset);
    if (image)
      return loaded_snapshot{std::move(*image), end_offset};
    if (image.error().code != storage::errc::corrupt_log)
      return failure(std::move(image.error()));
  }
  return loaded_snapshot{};
}

result<image_ptr> replay(storage::log& log, image_ptr image) {
  if (auto ok = check_reach(log, image->end_offset); !ok)
    return failure(std::move(ok.error()));
  while (image->end_offset < log.end_offset()) {
    auto read = log.read(image->end_offset, replay_bytes, log.end_offset(),
                         storage::read_mode::blocking);
    if (!read)
      return failure(std::move(read.error()));
    auto bytes = load(read->records);
    if (!bytes)
      return failure(std::move(bytes.error()));
    auto after = apply_batches(*image, *bytes);
    if (!after)
      return after;
    if ((*after)->end_offset == image->end_offset)
      return failure(storage::errc::corrupt_log,
                     "cannot replay the metadata log: nothing to read at "
                     "offset "
                         + std::to_string(image->end_offset));
    image = std::move(*after);
  }
  return image;
}

} // namespace troupe::cluster
