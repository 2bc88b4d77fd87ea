// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_log_check.h>
#include <metadata_replay.h>
#include <metadata_snapshot.h>
#include <topic_name.h>
#include <troupe/cluster/metadata_log.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

constexpr int64_t index_bytes = 1 << 18;

storage::log_options
log_options_of(const metadata_log_options& options, std::string directory) {
  storage::log_options x;
  x.directory = std::move(directory);
  x.name = {std::string{metadata_topic}, 0};
  // The id that Kafka gives to this topic: 1.
  x.topic_id.bytes.back() = 1;
  x.config.segment_bytes = options.segment_bytes;
  x.config.max_message_bytes = options.segment_bytes;
  x.config.segment_index_bytes = index_bytes;
  x.config.segment_ms = storage::log_config::unlimited;
  x.config.retention_ms = -1;
  x.now = options.now;
  return x;
}

} // namespace

struct metadata_log::state {
  storage::file_system& fs;
  metadata_log_options options;
  std::string directory;
  std::unique_ptr<storage::log> log;
  image_ptr image;
  /// End offset of the newest snapshot known to be whole.
  std::optional<offset_t> snapshot;
  /// From this offset on the next snapshot is due.
  offset_t snapshot_due = 0;
  std::optional<storage::error> snapshot_error;
  /// Why nothing can be appended any more.
  std::optional<storage::error> stopped;

  result<void> sync();
  result<void> take_snapshot(timestamp_ms now);
  result<void> remove_what_snapshots_cover(offset_t older, offset_t newer);
};

result<void> metadata_log::state::sync() {
  auto plan = log->plan_sync();
  for (const auto& file : plan.files)
    if (auto ok = file->sync(); !ok)
      return ok;
  for (const auto& path : plan.directories)
    if (auto ok = fs.sync_directory(path); !ok)
      return ok;
  log->synced_up_to(plan.end_offset);
  return {};
}

/// Keeps the older snapshot and the log behind it, so that damage to the newer
/// one loses nothing.
result<void> metadata_log::state::remove_what_snapshots_cover(offset_t older,
                                                              offset_t newer) {
  if (older > log->start_offset()) {
    auto removed = log->delete_records_before(older);
    if (!removed)
      return failure(std::move(removed.error()));
    for (const auto& path : removed->paths)
      if (auto ok = fs.remove(path); !ok)
        return ok;
  }
  auto snapshots = list_snapshots(fs, directory);
  if (!snapshots)
    return failure(std::move(snapshots.error()));
  for (auto end_offset : *snapshots)
    if (end_offset != older && end_offset != newer)
      if (auto ok = fs.remove(snapshot_path(directory, end_offset)); !ok)
        return ok;
  return fs.sync_directory(directory);
}

result<void> metadata_log::state::take_snapshot(timestamp_ms now) {
  auto end_offset = image->end_offset;
  // Also when this fails: a full disk shall not make every append try again.
  snapshot_due = end_offset + options.snapshot_records;
  if (snapshot_of(*image).empty())
    return {};
  if (auto ok = write_snapshot(fs, directory, *image, now); !ok)
    return ok;
  auto older = std::exchange(snapshot, end_offset);
  return older ? remove_what_snapshots_cover(*older, end_offset)
               : result<void>{};
}

metadata_log::metadata_log(std::unique_ptr<state> state)
    : state_(std::move(state)) {}

metadata_log::~metadata_log() = default;

result<std::unique_ptr<metadata_log>>
metadata_log::open(storage::file_system& fs, metadata_log_options options) {
  ASSERT(options.snapshot_records > 0);
  auto directory = options.directory + "/" + std::string{metadata_topic} + "-0";
  if (auto ok = fs.create_directories(directory); !ok)
    return failure(std::move(ok.error()));
  if (auto ok = fs.sync_directory(options.directory); !ok)
    return failure(std::move(ok.error()));
  auto strays = check_segments(fs, directory);
  if (!strays)
    return failure(std::move(strays.error()));
  for (const auto& path : *strays)
    if (auto ok = fs.remove(path); !ok)
      return failure(std::move(ok.error()));
  auto from = load_newest_snapshot(fs, directory);
  if (!from)
    return failure(std::move(from.error()));
  auto opened = storage::log::open(fs, log_options_of(options, directory));
  if (!opened)
    return failure(std::move(opened.error()));
  auto image = replay(*opened->value, std::move(from->image));
  if (!image)
    return failure(std::move(image.error()));
  auto due = from->end_offset.value_or(0) + options.snapshot_records;
  std::unique_ptr<state> x{new state{fs,
                                     std::move(options),
                                     std::move(directory),
                                     std::move(opened->value),
                                     std::move(*image),
                                     from->end_offset,
                                     due,
                                     {},
                                     {}}};
  // What was found here must be durable before it counts: the last append may
  // not have been synced when the process ended.
  if (auto ok = sync_segments(fs, x->directory); !ok)
    return failure(std::move(ok.error()));
  if (auto ok = x->sync(); !ok)
    return failure(std::move(ok.error()));
  return std::unique_ptr<metadata_log>{new metadata_log{std::move(x)}};
}

const image_ptr& metadata_log::image() const noexcept {
  return state_->image;
}

const std::optional<storage::error>&
metadata_log::snapshot_error() const noexcept {
  return state_->snapshot_error;
}

result<image_ptr>
metadata_log::append(const metadata_delta& delta, timestamp_ms now) {
  auto& x = *state_;
  if (x.stopped)
    return failure(*x.stopped);
  if (delta.empty())
    return x.image;
  auto next = x.image->end_offset + static_cast<offset_t>(delta.size());
  auto image = apply(*x.image, delta, next);
  if (!image)
    return failure(storage::errc::invalid_argument, image.error().message);
  storage::append_options how;
  how.now = now;
  how.origin = storage::append_origin::internal;
  auto appended =
      x.log->append(encode_batch(delta, x.image->end_offset, now), how);
  if (!appended)
    return failure(std::move(appended.error()));
  ASSERT(appended->next_offset == next);
  if (auto ok = x.sync(); !ok) {
    x.log->poison();
    x.stopped = storage::error{storage::errc::poisoned,
                               "the metadata log takes no records since a sync "
                               "failed: "
                                   + ok.error().message,
                               ok.error().os_error};
    return failure(std::move(ok.error()));
  }
  x.image = std::move(*image);
  if (next >= x.snapshot_due) {
    auto taken = x.take_snapshot(now);
    x.snapshot_error =
        taken ? std::nullopt : std::optional{std::move(taken.error())};
  }
  return x.image;
}

result<void> metadata_log::close() {
  auto& x = *state_;
  if (x.stopped)
    return failure(*x.stopped);
  x.stopped =
      storage::error{storage::errc::closed, "the metadata log is closed"};
  auto closed = x.log->close(x.image->end_offset);
  if (!closed)
    return failure(std::move(closed.error()));
  return {};
}

} // namespace troupe::cluster
