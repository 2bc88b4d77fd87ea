// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>
#include <troupe/cluster/snapshot_id.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What a node may never forget: its epoch and for whom it voted in it.
struct election_state {
  leader_epoch_t epoch = 0;
  /// no_node: for nobody.
  node_id voted_for = no_node;

  bool operator==(const election_state&) const = default;
};

/// What a leader appends: a decision, or a record of the quorum itself.
using quorum_entry =
    std::variant<metadata_delta, leader_began, voters_replaced>;

/// Log, snapshots and election state under a `quorum`, which owns no bytes.
/// Used by one thread; calls may block.
///
/// What opening found is durable before the quorum asks for the first time.
/// errc::disk_full, read_only and busy mean that nothing changed and the call
/// may succeed later; after any other error of a writing call the quorum
/// stops for good.
class quorum_storage {
public:
  virtual ~quorum_storage() = default;

  /// What was saved last; the initial one before that.
  virtual election_state election() const = 0;
  /// Durable when it returns.
  virtual result<void> save_election(const election_state& x) = 0;

  /// First offset that can be read; below it there is a snapshot.
  virtual offset_t start_offset() const = 0;
  /// Epoch of the entry just below `start_offset` (that of the snapshot which
  /// ends there); no_leader_epoch when the log begins at 0.
  virtual leader_epoch_t start_epoch() const = 0;
  /// Where the next entry goes, also when all lies in a snapshot.
  virtual offset_t end_offset() const = 0;
  /// Epoch of the last entry, also when only a snapshot has it;
  /// no_leader_epoch when there never was one.
  virtual leader_epoch_t last_epoch() const = 0;
  /// As `storage::log::end_offset_of_epoch`.
  virtual std::pair<leader_epoch_t, offset_t>
  end_offset_of_epoch(leader_epoch_t epoch) const = 0;

  /// Appends one batch; the new end offset. Durable after `sync`. Refuses with
  /// invalid_argument, and changes nothing, a delta that contradicts the
  /// metadata at the end of the log.
  virtual result<offset_t> append_as_leader(const quorum_entry& what,
                                            leader_epoch_t epoch,
                                            timestamp_ms now) = 0;
  /// Appends whole batches that a leader sent, byte for byte. These are foreign
  /// bytes: anything that is not a sequence of good batches which continues at
  /// `end_offset` with epochs that do not go back is refused with corrupt_batch
  /// or invalid_argument, and changes nothing.
  virtual result<offset_t>
  append_as_follower(const storage::buffer& batches, timestamp_ms now) = 0;
  /// Removes everything at and after `offset`, which is never below what
  /// `commit` was told. Durable after `sync`.
  virtual result<void> truncate_to(offset_t offset) = 0;
  /// Makes everything appended and truncated so far durable.
  virtual result<void> sync() = 0;

  /// Whole batches from `from` on, about `bytes_max`, at least one.
  virtual result<storage::buffer> read(offset_t from, uint32_t bytes_max) = 0;

  /// Voters of the newest voters record in the log, committed or not, else of
  /// the newest snapshot; empty before any.
  virtual const std::vector<quorum_voter>& voters() const = 0;
  /// Offset of that record (of a snapshot: just below its end).
  virtual offset_t voters_offset() const = 0;
  /// Voters before that record, while it may yet be truncated; empty when
  /// there were none, or when `commit` covers the record.
  virtual const std::vector<quorum_voter>& voters_before() const = 0;

  /// Everything below is agreed on: images may show it, snapshots cover it.
  /// Never goes back, never beyond what is synced.
  virtual result<void> commit(offset_t high_watermark, timestamp_ms now) = 0;

  /// None before the first one.
  virtual std::optional<snapshot_id> newest_snapshot() const = 0;
  /// Size in bytes; errc::not_found when it is gone.
  virtual result<uint64_t> snapshot_size(const snapshot_id& id) = 0;
  /// Up to `bytes_max` bytes from `position` on, none at its end;
  /// errc::not_found when it is gone.
  virtual result<storage::buffer> read_snapshot(const snapshot_id& id,
                                                uint64_t position,
                                                uint32_t bytes_max) = 0;
  /// Takes the place of the whole log, durably and at once: start and end are
  /// then its end offset. Foreign bytes: a damaged one is refused with
  /// corrupt_log or invalid_argument, and nothing changes.
  virtual result<void>
  install_snapshot(const snapshot_id& id, std::span<const std::byte> bytes) = 0;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
