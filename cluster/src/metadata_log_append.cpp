// SPDX-License-Identifier: Apache-2.0
#include <metadata_batch.h>
#include <metadata_log_files.h>
#include <metadata_log_state.h>
#include <troupe/storage/assert.h>

#include <algorithm>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>

namespace troupe::cluster {

namespace {

metadata_delta delta_of(const quorum_entry& x) {
  return std::visit(
      [](const auto& y) {
        if constexpr (std::is_same_v<decltype(y), const metadata_delta&>)
          return y;
        else
          return metadata_delta{y};
      },
      x);
}

/// Nothing was appended. A delta of impossible size is the fault of who made
/// it, not of the log.
tl::unexpected<storage::error> refused(storage::error why) {
  if (why.code == storage::errc::batch_too_large
      || why.code == storage::errc::records_too_large_for_segment)
    why.code = storage::errc::invalid_argument;
  return failure(std::move(why));
}

size_t count_batches(std::span<const std::byte> bytes) {
  size_t count = 0;
  while (auto header = storage::parse_batch_header(bytes)) {
    ++count;
    bytes = bytes.subspan(std::min(header->size_bytes(), bytes.size()));
  }
  return count;
}

} // namespace

result<void> metadata_log::state::replay_latest() {
  auto replayed = replay(*log, committed, log->end_offset());
  if (!replayed)
    return failure(std::move(replayed.error()));
  latest = std::move(*replayed);
  return {};
}

result<void> metadata_log::state::mark_unsynced(offset_t from) {
  if (unsynced_mark && *unsynced_mark <= from)
    return {};
  if (auto ok = place_unsynced_mark(fs, directory, from); !ok)
    return ok;
  unsynced_mark = from;
  return {};
}

result<void> metadata_log::state::expect_batches(size_t count) {
  auto from = unsynced_batches > 0 ? unsynced_from : latest.image->end_offset;
  if (unsynced_batches + count > 1)
    if (auto ok = mark_unsynced(from); !ok)
      return ok;
  unsynced_from = from;
  unsynced_batches += count;
  return {};
}

result<void> metadata_log::state::sync() {
  auto plan = log->plan_sync();
  if (auto ok = storage::run_sync(fs, plan); !ok) {
    log->poison();
    stop(ok.error());
    return ok;
  }
  log->synced_up_to(plan.end_offset);
  // While batches keep sharing syncs the mark stays where it is.
  auto shared = std::exchange(unsynced_batches, 0) > 1;
  if (unsynced_mark && !shared) {
    // One that stays does no harm.
    static_cast<void>(remove_unsynced_marks(fs, directory));
    unsynced_mark.reset();
  }
  return {};
}

result<offset_t> metadata_log::state::append_delta(const metadata_delta& delta,
                                                   leader_epoch_t epoch,
                                                   timestamp_ms now) {
  if (auto ok = check_usable(); !ok)
    return failure(std::move(ok.error()));
  ASSERT(epoch >= latest.last_epoch);
  auto begin = latest.image->end_offset;
  if (delta.empty())
    return begin;
  auto after = apply_after(latest, delta, epoch);
  if (!after)
    return failure(storage::errc::invalid_argument, after.error().message);
  if (auto ok = expect_batches(1); !ok)
    return failure(std::move(ok.error()));
  storage::append_options how;
  how.now = now;
  how.leader_epoch = epoch;
  how.origin = storage::append_origin::internal;
  auto appended = log->append(encode_batch(delta, begin, epoch, now), how);
  if (!appended) {
    --unsynced_batches;
    return refused(std::move(appended.error()));
  }
  latest = std::move(*after);
  ASSERT(appended->next_offset == latest.image->end_offset);
  return appended->next_offset;
}

result<offset_t> metadata_log::append_as_leader(const quorum_entry& what,
                                                leader_epoch_t epoch,
                                                timestamp_ms now) {
  return state_->append_delta(delta_of(what), epoch, now);
}

result<offset_t>
metadata_log::append_as_follower(const storage::buffer& batches,
                                 timestamp_ms now) {
  auto& x = *state_;
  if (auto ok = x.check_usable(); !ok)
    return failure(std::move(ok.error()));
  auto after = apply_batches(x.latest, batches.bytes());
  if (!after && after.error().code == storage::errc::unsupported_format)
    return failure(std::move(after.error()));
  if (!after)
    return failure(storage::errc::corrupt_batch, after.error().message);
  if (batches.empty())
    return x.latest.image->end_offset;
  auto count = count_batches(batches.bytes());
  if (auto ok = x.expect_batches(count); !ok)
    return failure(std::move(ok.error()));
  auto appended = x.log->append_replicated(batches, now);
  if (!appended) {
    x.unsynced_batches -= count;
    return failure(std::move(appended.error()));
  }
  if (appended->next_offset == after->image->end_offset) {
    x.latest = std::move(*after);
    return appended->next_offset;
  }
  // The disk took only some of them.
  if (auto ok = x.replay_latest(); !ok)
    return x.stop(std::move(ok.error()));
  return appended->next_offset;
}

result<void> metadata_log::truncate_to(offset_t offset) {
  auto& x = *state_;
  if (auto ok = x.check_usable(); !ok)
    return ok;
  ASSERT(offset >= x.committed.image->end_offset);
  if (offset >= x.latest.image->end_offset)
    return {};
  // A crash may bring segments back behind the one that is cut.
  if (auto ok = x.mark_unsynced(x.committed.image->end_offset); !ok)
    return ok;
  if (auto ok = x.log->truncate_to(offset); !ok)
    return x.stop(std::move(ok.error()));
  if (auto ok = x.replay_latest(); !ok)
    return x.stop(std::move(ok.error()));
  // Truncating has synced the segment that it cut.
  if (x.latest.image->end_offset <= x.unsynced_from)
    x.unsynced_batches = 0;
  return {};
}

result<void> metadata_log::sync() {
  if (auto ok = state_->check_usable(); !ok)
    return ok;
  return state_->sync();
}

result<storage::buffer> metadata_log::read(offset_t from, uint32_t bytes_max) {
  auto& x = *state_;
  auto found =
      x.log->read(from, bytes_max, end_offset(), storage::read_mode::blocking);
  if (!found)
    return failure(std::move(found.error()));
  return load(found->records);
}

result<image_ptr>
metadata_log::append(const metadata_delta& delta, timestamp_ms now) {
  auto& x = *state_;
  auto appended = x.append_delta(delta, std::max(x.latest.last_epoch, 0), now);
  if (!appended)
    return failure(std::move(appended.error()));
  if (auto ok = sync(); !ok)
    return failure(std::move(ok.error()));
  if (auto ok = commit(*appended, now); !ok)
    return failure(std::move(ok.error()));
  return x.committed.image;
}

} // namespace troupe::cluster
