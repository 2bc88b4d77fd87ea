// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/compaction.h>
#include <troupe/actors/messages/disk.h>
#include <troupe/actors/messages/group.h>
#include <troupe/actors/messages/metadata.h>
#include <troupe/actors/messages/partition.h>
#include <troupe/actors/messages/replication.h>
#include <troupe/actors/messages/session.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

/// Who talks to whom: every typed interface of a node on one page.
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
};

/// Read whole batches; exactly one read_finished follows.
struct read_records {
  ticket_t ticket = 0;
  storage::offset_t from = 0;
  uint32_t bytes_max = 0;
  cluster::leader_epoch_t current_leader_epoch = -1;
  records_client_actor client;
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
    // A new leader epoch.
    reacts_to<become_leader>,
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

/// Opens, closes and removes the logs of one data directory. Detached: blocks.
using log_keeper_actor = caf::typed_actor<
    // Open and recover one log.
    replies_to<open_log>::with<log_opened>,
    // Sync, checkpoint and close it, or erase it.
    replies_to<close_log>::with<log_closed>,
    // Erase one that could not be opened.
    reacts_to<erase_log>,
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

/// Reads cold slices into the page cache. Detached: blocks.
using cold_reader_actor = caf::typed_actor<reacts_to<read_in_slice>>;

/// Owns the metadata log and decides every change of it. Detached: it syncs
/// each change before it counts.
using controller_actor = caf::typed_actor<
    // CreateTopics and auto-creation.
    replies_to<create_topics>::with<metadata_decided>,
    // DeleteTopics.
    replies_to<delete_topics>::with<metadata_decided>,
    // CreatePartitions.
    replies_to<create_partitions>::with<metadata_decided>,
    // AlterConfigs, IncrementalAlterConfigs.
    replies_to<alter_configs>::with<metadata_decided>,
    // A node came up, perhaps with a new address.
    replies_to<register_node>::with<metadata_decided>,
    // InitProducerId.
    replies_to<allocate_producer_id>::with<producer_id_allocated>>;

/// Whoever calls the coordinator of groups: sessions.
using group_client_actor = caf::typed_actor<
    // The outcome of a call, by ticket.
    reacts_to<group_answered>,
    // Committed offsets, by ticket.
    reacts_to<offsets_fetched>>;

/// What one member (or tool) asks of its group; exactly one group_answered
/// follows, for JoinGroup and SyncGroup perhaps much later. Tickets for the
/// same reason as append_records.
template <class Request>
struct group_call {
  ticket_t ticket = 0;
  Request request;
  group_client_actor client;
};

using join_call = group_call<cluster::join_request>;
using sync_call = group_call<cluster::sync_request>;
using heartbeat_call = group_call<cluster::heartbeat_request>;
using consumer_heartbeat_call = group_call<cluster::consumer_heartbeat_request>;
using leave_call = group_call<cluster::leave_request>;
using commit_call = group_call<cluster::commit_request>;
using delete_offsets_call = group_call<delete_offsets>;
using delete_group_call = group_call<delete_group>;

/// OffsetFetch; exactly one offsets_fetched follows.
struct fetch_offsets {
  ticket_t ticket = 0;
  std::vector<offsets_query> groups;
  group_client_actor client;
};

/// The client does not care any more about any of its calls.
struct forget_group_calls {
  group_client_actor client;
};

/// Coordinates the groups of this node: writes what they decide and commit to
/// `__consumer_offsets` and keeps the view of it. Detached: RocksDB may block.
using group_coordinator_actor = records_client_actor::extend<
    // Members.
    reacts_to<join_call>, reacts_to<sync_call>, reacts_to<heartbeat_call>,
    reacts_to<leave_call>,
    // Members of KIP-848 groups.
    reacts_to<consumer_heartbeat_call>,
    // Offsets, from members and from tools.
    reacts_to<commit_call>, reacts_to<fetch_offsets>,
    reacts_to<delete_offsets_call>,
    // DeleteGroups.
    reacts_to<delete_group_call>,
    // The connection is gone.
    reacts_to<forget_group_calls>,
    // DescribeGroups, ConsumerGroupDescribe, ListGroups.
    replies_to<describe_groups>::with<groups_described>,
    replies_to<describe_consumer_groups>::with<consumer_groups_described>,
    replies_to<list_groups>::with<groups_listed>,
    // Partitions of the offsets topic came or went, or topics were deleted.
    reacts_to<routing_published>,
    // Sessions and rebalances (from itself).
    reacts_to<group_deadline_due>,
    // The view lags behind (from itself).
    reacts_to<view_update_due>,
    // Retention of offsets (from itself).
    reacts_to<offsets_expiry_due>, reacts_to<expire_some_groups>,
    // Loading failed (from itself).
    reacts_to<reload_due>,
    // Before the partitions close.
    replies_to<stop_groups>::with<groups_stopped>>;

/// Follows the metadata: starts, reconfigures and stops the partitions of
/// this node and publishes where they are.
using broker_actor = caf::typed_actor<
    // Serve a newer image; answered once its partitions are open.
    replies_to<apply_metadata>::with<metadata_applied>,
    // A partition's disk failed.
    reacts_to<partition_failed>,
    // Ticks (from itself).
    reacts_to<housekeeping_due>, reacts_to<compaction_due>,
    // Close everything.
    replies_to<stop_broker>::with<broker_stopped>>;

/// Serves one client connection: decodes requests, asks partitions and the
/// controller, answers in order. On its connection's lane.
using session_actor = records_client_actor::extend<
    // The coordinator of groups has answered.
    reacts_to<group_answered>, reacts_to<offsets_fetched>,
    // A request came in.
    reacts_to<frame_received>,
    // The connection ended.
    reacts_to<connection_closed>,
    // Deadlines of parked requests (from itself).
    reacts_to<deadline_due>>;

/// Owns the server socket and the lanes' connections; makes a session for
/// each of them.
using transport_actor = caf::typed_actor<
    // Finish and close all connections.
    replies_to<stop_transport>::with<transport_stopped>>;

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::append_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::pull_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::sync_files)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::compact_log)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::join_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::sync_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::heartbeat_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::leave_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::consumer_heartbeat_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::commit_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::delete_offsets_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::delete_group_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::fetch_offsets)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::forget_group_calls)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::read_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::watch_records)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::unwatch_records)
