// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/compaction.h>
#include <troupe/actors/messages/controller.h>
#include <troupe/actors/messages/disk.h>
#include <troupe/actors/messages/partition.h>
#include <troupe/actors/messages/replica.h>
#include <troupe/actors/messages/replication.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Who talks to whom around a partition: its clients, its followers and its
/// replica, and the actors that may block on the disks below.
namespace troupe::actors {

using caf::reacts_to;
using caf::replies_to;

/// Whoever appends to and reads from partitions: sessions, in-process clients.
using records_client_actor = caf::typed_actor<
    // The outcome of an append, by ticket.
    reacts_to<append_finished>,
    // The outcome of a read, by ticket.
    reacts_to<read_finished>,
    // A watched partition has records above the watched offset.
    reacts_to<records_available>>;

/// Append one batch; exactly one append_finished follows. The hot path uses
/// tickets because CAF's request timeouts wake a timer thread per request.
struct append_records {
  ticket_t ticket = 0;
  storage::buffer batch;
  /// 0, 1 or -1 (all in-sync replicas).
  int16_t acks = 1;
  records_client_actor client;
  /// Stages say that they have been at it.
  storage::append_origin origin = storage::append_origin::client;
};

/// Read whole batches; exactly one read_finished follows.
struct read_records {
  ticket_t ticket = 0;
  storage::offset_t from = 0;
  uint32_t bytes_max = 0;
  cluster::leader_epoch_t current_leader_epoch = -1;
  records_client_actor client;
  read_source source = read_source::leader;
  /// How often what it asks for was read into memory already.
  int32_t cold_reads = 0;
};

/// Tell `client` once the high watermark is above `offset`. One watch per
/// client: a newer one replaces it.
struct watch_records {
  ticket_t ticket = 0;
  storage::offset_t offset = 0;
  records_client_actor client;
};

/// The client does not care any more.
struct unwatch_records {
  records_client_actor client;
};

/// Whoever carries a leader's records to followers: peer links.
using records_carrier_actor = caf::typed_actor<
    // The answer to a pull_records.
    reacts_to<records_pulled>>;

/// A follower pulls; exactly one records_pulled follows, at once or when there
/// are records or the pull's time is over. One pull per follower: a newer one
/// takes the place of one that waits, which then is not answered.
struct pull_records {
  pull_batches request;
  records_carrier_actor carrier;
  /// How often what it asks for was read into memory already.
  int32_t cold_reads = 0;
};

/// Pulls for one partition that follows: one request in flight. Waits for the
/// link and the partition, never for the disk. On the partition's lane.
using replica_actor = caf::typed_actor<
    // Whom to follow, or nobody.
    reacts_to<follow_leader>, reacts_to<stop_following>,
    // From the link: batches, or why there are none.
    reacts_to<batches_pulled>,
    // From the partition: what comes next.
    reacts_to<pull_applied>,
    // A pause is over (from itself).
    reacts_to<pull_due>>;

/// Deal with what was pulled; exactly one pull_applied follows.
struct append_pulled {
  batches_pulled pulled;
  replica_actor replica;
};

/// Where does the log end? Exactly one pull_applied follows.
struct find_pull_position {
  replica_actor replica;
};

/// Owns one partition's log: the only writer of its segment files. On a lane.
using partition_actor = caf::typed_actor<
    // Validate, stamp and append one batch.
    reacts_to<append_records>,
    // Find the file slice that holds the records from an offset on.
    reacts_to<read_records>,
    // Long poll: be told about new records.
    reacts_to<watch_records>, reacts_to<unwatch_records>,
    // ListOffsets.
    replies_to<find_offset>::with<found_offset>,
    // OffsetForLeaderEpoch.
    replies_to<find_epoch_end>::with<found_epoch_end>,
    // DeleteRecords.
    replies_to<delete_records>::with<records_deleted>,
    // Sizes, offsets, page-cache hits.
    replies_to<describe_partition>::with<partition_description>,
    // DescribeProducers.
    replies_to<list_producers>::with<producers_listed>,
    // A config of the topic changed.
    reacts_to<reconfigure_log>,
    // The partition's part in the newest image.
    reacts_to<become_leader>, reacts_to<become_follower>,
    // A follower on another node pulls.
    reacts_to<pull_records>,
    // The replica that pulls from another node.
    reacts_to<append_pulled>, reacts_to<find_pull_position>,
    // Who lags, and whose pull has waited long enough?
    reacts_to<check_replicas>,
    // Retention and idle producers.
    reacts_to<housekeep>,
    // A flush interval is over (from itself).
    reacts_to<flush_now>,
    // What it asked its disk to sync is durable, or never will be.
    reacts_to<files_synced>,
    // Is there something to compact?
    reacts_to<consider_compaction>,
    // Compacted segments, one after the other, then the end of it.
    reacts_to<swap_segment>, reacts_to<compaction_finished>,
    // Close or delete the log, then stop.
    replies_to<close_partition>::with<partition_closed>>;

/// What a partition asks of the controller.
using isr_judge_actor = caf::typed_actor<
    // Is this who is in sync?
    replies_to<propose_isr>::with<isr_judged>>;

/// Opens, closes and removes the logs of one data directory. Detached: blocks.
using log_keeper_actor = caf::typed_actor<
    // Open and recover one log.
    replies_to<open_log>::with<log_opened>,
    // Sync, checkpoint and close it, or erase it.
    replies_to<close_log>::with<log_closed>,
    // Erase one that could not be opened, or that nobody knows any more.
    reacts_to<erase_log>,
    // Keep one that nobody ever knew.
    reacts_to<set_log_aside>,
    // Make a checkpoint durable.
    replies_to<save_checkpoint>::with<checkpoint_saved>,
    // Save a checkpoint at leisure.
    reacts_to<keep_checkpoint>,
    // Unlink what retention took out of a log.
    reacts_to<remove_files>, reacts_to<remove_files_now>,
    // Leave the clean-shutdown marker.
    replies_to<mark_clean_shutdown>::with<log_closed>,
    // Free and total bytes.
    replies_to<describe_directory>::with<directory_description>>;

/// Make a plan's files durable; files_synced follows. An order and a fact
/// instead of a request for the same reason as append_records.
struct sync_files {
  storage::sync_plan plan;
  partition_actor partition;
};

/// Syncs the files of one data directory; groups the partitions that wait.
/// Detached: blocks.
using disk_sync_actor = caf::typed_actor<
    // Make files durable.
    reacts_to<sync_files>,
    // Run the group that has gathered (from itself).
    reacts_to<sync_pending>>;

/// Compact what the plan names; a swap_segment follows for each new segment,
/// then compaction_finished.
struct compact_log {
  storage::compaction_plan plan;
  partition_actor partition;
};

/// Compacts logs, one after the other. Detached: it reads and writes for long.
using log_cleaner_actor = caf::typed_actor<reacts_to<compact_log>>;

/// Reads for those who must not wait for a disk. Detached: blocks.
using cold_reader_actor = caf::typed_actor<
    // Bring a slice into the page cache.
    reacts_to<read_in_slice>,
    // ListOffsets by time.
    replies_to<run_search>::with<found_offset>>;

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::append_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pull_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::append_pulled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::find_pull_position)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::sync_files)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::compact_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::read_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::watch_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::unwatch_records)
