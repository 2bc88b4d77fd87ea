// SPDX-License-Identifier: Apache-2.0
#include <metadata_log_files.h>
#include <metadata_log_state.h>
#include <metadata_snapshot.h>

#include <string>
#include <utility>

// A snapshot takes the place of a log in steps that can be repeated:
//
//   1. it is written as `.installing`, atomically: from here on it counts
//   2. all segments go, an empty one at its end offset comes
//   3. it gets its name, `.checkpoint`
//   4. older snapshots go
//
// Opening begins anew with step 2 while there is an `.installing`.
namespace troupe::cluster {

result<void>
finish_installation(storage::file_system& fs, const std::string& directory) {
  auto found = list_offsets(fs, directory, installing_suffix);
  if (!found)
    return failure(std::move(found.error()));
  if (found->empty())
    return {};
  // More than one cannot be; the newest would be right.
  auto end_offset = found->back();
  if (auto ok = replace_segments(fs, directory, end_offset); !ok)
    return ok;
  if (auto ok = fs.rename(offset_path(directory, end_offset, installing_suffix),
                          snapshot_path(directory, end_offset));
      !ok)
    return ok;
  if (auto ok = fs.sync_directory(directory); !ok)
    return ok;
  auto snapshots = list_snapshots(fs, directory);
  if (!snapshots)
    return failure(std::move(snapshots.error()));
  for (auto other : *snapshots)
    if (other != end_offset)
      if (auto ok = fs.remove(snapshot_path(directory, other)); !ok)
        return ok;
  return {};
}

result<void> metadata_log::install_snapshot(const snapshot_id& id,
                                            std::span<const std::byte> bytes) {
  auto& x = *state_;
  if (auto ok = x.check_usable(); !ok)
    return ok;
  if (id.end_offset <= x.committed.image->end_offset)
    return failure(storage::errc::invalid_argument,
                   "a snapshot up to offset " + std::to_string(id.end_offset)
                       + " is older than what is committed here");
  auto content = decode_snapshot(bytes, id.end_offset);
  if (!content)
    return failure(std::move(content.error()));
  if (content->last_epoch != id.epoch)
    return failure(storage::errc::invalid_argument,
                   "a snapshot of epoch " + std::to_string(content->last_epoch)
                       + " was sent for one of epoch "
                       + std::to_string(id.epoch));
  auto path = offset_path(x.directory, id.end_offset, installing_suffix);
  if (auto ok = storage::replace_file(x.fs, path, bytes); !ok) {
    // Opening would install one that is there, whatever follows now.
    auto there = x.fs.exists(path);
    if (!there || *there)
      return x.stop(std::move(ok.error()));
    return ok;
  }
  if (auto ok = finish_installation(x.fs, x.directory); !ok)
    return x.stop(std::move(ok.error()));
  if (auto ok = x.open_log(); !ok)
    return x.stop(std::move(ok.error()));
  x.committed = metadata_of(std::move(content->image), content->last_epoch);
  x.latest = x.committed;
  x.snapshot = id;
  x.start_epoch = id.epoch;
  x.snapshot_due = id.end_offset + x.options.snapshot_records;
  x.unsynced_batches = 0;
  return {};
}

} // namespace troupe::cluster
