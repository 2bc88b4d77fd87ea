// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/metadata_image.h>
#include <troupe/cluster/replica_life.h>
#include <troupe/storage/log.h>

#include <caf/allowed_unsafe_message_type.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#pragma GCC visibility push(default)

/// Messages between whoever reads and writes records and a partition. They
/// hold memory and file descriptors of this process and never leave it.
namespace troupe::actors {

/// Chosen by the asker; comes back in the answer.
using ticket_t = uint64_t;

/// Whose records a reader may be given.
enum class read_source : uint8_t {
  /// Those of the leader only.
  leader,
  /// Also those of a follower, as far as it knows them to count (KIP-392).
  any_replica,
};

/// Outcome of `append_records`.
struct append_finished {
  ticket_t ticket = 0;
  problem why;
  storage::append_info info;
  storage::offset_t log_start_offset = storage::no_offset;
  /// Records at fault when `why` is storage::errc::invalid_record.
  std::vector<storage::record_failure> failures;
};

/// The offsets of a partition as its readers may see them without asking it.
/// Written by the partition alone, read on any lane: atomics, because a reader
/// that goes on in a `log_range` sends no message that could be answered.
struct live_offsets {
  std::atomic<storage::offset_t> high_watermark{0};
  std::atomic<storage::offset_t> log_start_offset{0};
  /// Rises when ranges given before must not be used any more: a new leader
  /// epoch, a failed disk, the end of the partition.
  std::atomic<uint64_t> reign{0};
};

/// What a partition gives with a slice, so that whoever reads on finds its
/// next slices without asking again.
struct read_ahead {
  std::shared_ptr<const storage::log_range> range;
  std::shared_ptr<const live_offsets> live;
  uint64_t reign = 0;
  cluster::leader_epoch_t leader_epoch = -1;
};

/// Outcome of `read_records`.
struct read_finished {
  ticket_t ticket = 0;
  problem why;
  storage::file_slice records;
  uint32_t first_batch_bytes = 0;
  storage::offset_t high_watermark = storage::no_offset;
  storage::offset_t last_stable_offset = storage::no_offset;
  storage::offset_t log_start_offset = storage::no_offset;
  /// More could be read than `records`, which `bytes_max` or a segment ended.
  bool more = false;
  /// `range` is null when there is nothing worth it.
  read_ahead ahead;
};

/// The high watermark rose above what `watch_records` named; sent once.
struct records_available {
  ticket_t ticket = 0;
};

/// Asks for the partition's offsets by time (ListOffsets).
struct find_offset {
  /// >= 0: first record at or after; -1 latest, -2 earliest, -3 of the
  /// largest timestamp, -4 earliest local.
  storage::timestamp_ms timestamp = -1;
  cluster::leader_epoch_t current_leader_epoch = -1;
};

/// In find_offset: the record with the largest timestamp.
inline constexpr storage::timestamp_ms of_largest_timestamp = -3;

/// The record that was looked for; without a problem but with `no_offset` there
/// is none.
struct found_offset {
  problem why;
  storage::found_offset value;
};

/// OffsetForLeaderEpoch.
struct find_epoch_end {
  cluster::leader_epoch_t leader_epoch = -1;
  cluster::leader_epoch_t current_leader_epoch = -1;
};

/// Where the largest known epoch that is not above the one asked for ends; both
/// are -1 when there is none.
struct found_epoch_end {
  problem why;
  cluster::leader_epoch_t leader_epoch = -1;
  storage::offset_t end_offset = -1;
};

/// DeleteRecords; -1 means the high watermark.
struct delete_records {
  storage::offset_t before = 0;
};

/// Durable, and followed by every replica in sync: the first offset that can
/// still be read.
struct records_deleted {
  problem why;
  storage::offset_t low_watermark = -1;
};

/// What a partition knows about itself.
struct describe_partition {};

/// Bytes on disk, offsets, and how often reads were served from memory.
struct partition_description {
  problem why;
  uint64_t size_bytes = 0;
  storage::offset_t log_start_offset = 0;
  storage::offset_t end_offset = 0;
  storage::offset_t high_watermark = 0;
  uint64_t page_cache_hits = 0;
  uint64_t page_cache_misses = 0;
};

/// DescribeProducers. A question of its own: there may be a hundred thousand.
struct list_producers {};

/// The producers whose sequences the partition remembers.
struct producers_listed {
  problem why;
  std::vector<storage::active_producer> producers;
};

/// New log configuration; takes effect with the next append.
struct reconfigure_log {
  storage::log_config config;
  /// Replicas that must be in sync for acks=all.
  int32_t min_insync_replicas = 1;
};

/// The newest image has this node as the partition's leader: in a new epoch,
/// or with other replicas in sync, or that may be.
struct become_leader {
  cluster::partition_registration registration;
  /// The replicas that may come into sync.
  std::vector<cluster::replica_life> lives;
};

/// The newest image has another leader, or none.
struct become_follower {
  cluster::partition_registration registration;
};

/// Time to look at retention and idle producers.
struct housekeep {};

/// Answer everything that waits, hand the log to its keeper, stop. Deletes
/// the log when `erase` is set.
struct close_partition {
  bool erase = false;
};

/// The log was given back; a problem means that it is not cleanly closed.
struct partition_closed {
  problem why;
};

/// From the partition to itself: flush.ms or the flush interval is over.
struct flush_now {};

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::append_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::read_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::records_available)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_offset)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::found_offset)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_epoch_end)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::found_epoch_end)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::delete_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::records_deleted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::describe_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partition_description)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::list_producers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::producers_listed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::reconfigure_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::become_leader)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::become_follower)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::housekeep)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::close_partition)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::partition_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::flush_now)
