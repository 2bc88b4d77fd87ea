// SPDX-License-Identifier: Apache-2.0
#include <metadata_log_state.h>
#include <metadata_snapshot.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

/// Whole segments below `offset` go.
result<void> metadata_log::state::forget_records_before(offset_t offset) {
  auto removed = log->delete_records_before(offset);
  if (!removed)
    return failure(std::move(removed.error()));
  for (const auto& path : removed->paths)
    if (auto ok = fs.remove(path); !ok)
      return ok;
  return {};
}

/// Keeps the older snapshot and the log behind it, so that damage to the newer
/// one loses nothing.
result<void>
metadata_log::state::remove_what_snapshots_cover(const snapshot_id& older,
                                                 const snapshot_id& newer) {
  if (older.end_offset > log->start_offset()) {
    start_epoch = older.epoch;
    if (auto ok = forget_records_before(older.end_offset); !ok)
      return ok;
  }
  auto snapshots = list_snapshots(fs, directory);
  if (!snapshots)
    return failure(std::move(snapshots.error()));
  for (auto end_offset : *snapshots)
    if (end_offset != older.end_offset && end_offset != newer.end_offset)
      if (auto ok = fs.remove(snapshot_path(directory, end_offset)); !ok)
        return ok;
  return fs.sync_directory(directory);
}

result<void> metadata_log::state::take_snapshot(timestamp_ms now) {
  const auto& image = *committed.image;
  // Also when this fails: a full disk shall not make every commit try again.
  snapshot_due = image.end_offset + options.snapshot_records;
  if (snapshot_of(image).empty())
    return {};
  snapshot_id newer{image.end_offset, committed.last_epoch};
  if (auto ok = write_snapshot(fs, directory, image, newer.epoch, now); !ok)
    return ok;
  auto older = std::exchange(snapshot, newer);
  return older ? remove_what_snapshots_cover(*older, newer) : result<void>{};
}

result<void> metadata_log::commit(offset_t high_watermark, timestamp_ms now) {
  auto& x = *state_;
  ASSERT(high_watermark <= end_offset());
  if (high_watermark <= x.committed.image->end_offset)
    return {};
  if (high_watermark == end_offset()) {
    x.committed = x.latest;
  } else {
    auto replayed = replay(*x.log, x.committed, high_watermark);
    if (!replayed)
      return failure(std::move(replayed.error()));
    x.committed = std::move(*replayed);
  }
  if (high_watermark >= x.snapshot_due) {
    auto taken = x.take_snapshot(now);
    x.snapshot_error =
        taken ? std::nullopt : std::optional{std::move(taken.error())};
  }
  return {};
}

std::optional<snapshot_id> metadata_log::newest_snapshot() const {
  return state_->snapshot;
}

result<uint64_t> metadata_log::snapshot_size(const snapshot_id& id) {
  auto& x = *state_;
  auto file = x.fs.open(snapshot_path(x.directory, id.end_offset),
                        storage::open_mode::read);
  if (!file)
    return failure(std::move(file.error()));
  return (*file)->size();
}

result<storage::buffer> metadata_log::read_snapshot(const snapshot_id& id,
                                                    uint64_t position,
                                                    uint32_t bytes_max) {
  auto& x = *state_;
  auto file = x.fs.open(snapshot_path(x.directory, id.end_offset),
                        storage::open_mode::read);
  if (!file)
    return failure(std::move(file.error()));
  auto size = (*file)->size();
  if (!size)
    return failure(std::move(size.error()));
  if (position >= *size)
    return storage::buffer{};
  storage::file_slice slice;
  slice.source = std::move(*file);
  slice.position = position;
  slice.size =
      static_cast<uint32_t>(std::min<uint64_t>(bytes_max, *size - position));
  return load(slice);
}

} // namespace troupe::cluster
