// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_replay.h>
#include <metadata_snapshot.h>

#include <utility>
#include <variant>
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

tl::unexpected<storage::error> bad_batch(offset_t offset, const char* reason) {
  return failure(storage::errc::corrupt_log,
                 "cannot replay the metadata log: bad batch at offset "
                     + std::to_string(offset) + ": " + reason);
}

/// The records of one batch behind those in `delta`.
result<void> take_batch(const storage::batch_header& header,
                        std::span<const std::byte> batch,
                        metadata_delta& delta) {
  // Ours are never compressed, and so are bounded by their own size.
  if (header.codec_bits() != 0)
    return bad_batch(header.base_offset, "it is compressed");
  auto before = delta.size();
  if (auto ok = decode_batch(batch, delta); !ok)
    return ok;
  auto count = static_cast<offset_t>(delta.size() - before);
  if (count == 0 || header.base_offset + count != header.next_offset())
    return bad_batch(header.base_offset, "it has not the records it counts");
  return {};
}

} // namespace

result<storage::buffer> load(const storage::file_slice& slice) {
  auto bytes = std::make_shared<std::vector<std::byte>>(slice.size);
  if (bytes->empty())
    return storage::buffer{};
  auto size = slice.source->read(slice.position, *bytes);
  if (!size)
    return failure(std::move(size.error()));
  std::span<const std::byte> read{bytes->data(), *size};
  return storage::buffer{std::move(bytes), read};
}

result<loaded_snapshot>
load_newest_snapshot(storage::file_system& fs, const std::string& directory) {
  auto snapshots = list_snapshots(fs, directory);
  if (!snapshots)
    return failure(std::move(snapshots.error()));
  for (auto end_offset : *snapshots) {
    auto loaded = load_snapshot(fs, directory, end_offset);
    if (loaded)
      return loaded_snapshot{
          metadata_of(std::move(loaded->image), loaded->last_epoch),
          snapshot_id{end_offset, loaded->last_epoch}};
    if (loaded.error().code != storage::errc::corrupt_log)
      return failure(std::move(loaded.error()));
  }
  return loaded_snapshot{};
}

replayed_metadata metadata_of(image_ptr image, leader_epoch_t last_epoch) {
  auto voters_offset =
      image->voters.empty() ? storage::no_offset : image->end_offset - 1;
  return {std::move(image), voters_offset, {}, last_epoch};
}

result<replayed_metadata> apply_after(const replayed_metadata& before,
                                      const metadata_delta& delta,
                                      leader_epoch_t last_epoch) {
  auto begin = before.image->end_offset;
  auto image =
      apply(*before.image, delta, begin + static_cast<offset_t>(delta.size()));
  if (!image)
    return failure(std::move(image.error()));
  replayed_metadata after{std::move(*image), before.voters_offset,
                          before.voters_before, last_epoch};
  const auto* voters = &before.image->voters;
  for (size_t i = 0; i < delta.size(); ++i)
    if (const auto* x = std::get_if<voters_replaced>(&delta[i])) {
      after.voters_offset = begin + static_cast<offset_t>(i);
      after.voters_before = *std::exchange(voters, &x->voters);
    }
  return after;
}

result<replayed_metadata> apply_batches(const replayed_metadata& before,
                                        std::span<const std::byte> bytes) {
  metadata_delta delta;
  auto next = before.image->end_offset;
  auto epoch = before.last_epoch;
  while (!bytes.empty()) {
    auto header = whole_batch(bytes);
    if (!header)
      return bad_batch(next, "it is torn or its checksum is wrong");
    if (header->base_offset != next)
      return bad_batch(next, "it belongs to another offset");
    if (header->leader_epoch < epoch)
      return bad_batch(next, "its epoch is older than the one before");
    auto batch = bytes.first(header->size_bytes());
    if (auto ok = take_batch(*header, batch, delta); !ok)
      return failure(std::move(ok.error()));
    next = header->next_offset();
    epoch = header->leader_epoch;
    bytes = bytes.subspan(batch.size());
  }
  return apply_after(before, delta, epoch);
}

result<replayed_metadata>
replay(storage::log& log, replayed_metadata before, offset_t end) {
  if (auto ok = check_reach(log, before.image->end_offset); !ok)
    return failure(std::move(ok.error()));
  while (before.image->end_offset < end) {
    auto from = before.image->end_offset;
    auto read = log.read(from, replay_bytes, end, storage::read_mode::blocking);
    if (!read)
      return failure(std::move(read.error()));
    auto bytes = load(read->records);
    if (!bytes)
      return failure(std::move(bytes.error()));
    auto after = apply_batches(before, bytes->bytes());
    if (!after)
      return after;
    if (after->image->end_offset == from)
      return failure(storage::errc::corrupt_log,
                     "cannot replay the metadata log: nothing to read at "
                     "offset "
                         + std::to_string(from));
    before = std::move(*after);
  }
  return before;
}

} // namespace troupe::cluster
