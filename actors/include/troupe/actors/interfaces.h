// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/controller_interfaces.h>
#include <troupe/actors/messages/group.h>
#include <troupe/actors/messages/metadata.h>
#include <troupe/actors/messages/session.h>
#include <troupe/actors/partition_interfaces.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Who talks to whom: the typed interfaces of a node; those of a partition and
/// the disks below are in partition_interfaces.h.
namespace troupe::actors {

using caf::reacts_to;
using caf::replies_to;

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

/// JoinGroup; parked until the rebalance is over.
using join_call = group_call<cluster::join_request>;
/// SyncGroup; parked until the leader has assigned.
using sync_call = group_call<cluster::sync_request>;
/// Heartbeat of the classic protocol.
using heartbeat_call = group_call<cluster::heartbeat_request>;
/// ConsumerGroupHeartbeat (KIP-848).
using consumer_heartbeat_call = group_call<cluster::consumer_heartbeat_request>;
/// LeaveGroup.
using leave_call = group_call<cluster::leave_request>;
/// OffsetCommit.
using commit_call = group_call<cluster::commit_request>;
/// OffsetDelete.
using delete_offsets_call = group_call<delete_offsets>;
/// DeleteGroups, one group.
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
    reacts_to<replica_check_due>,
    // The newest of several images (from itself).
    reacts_to<serve_newest>,
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

#pragma GCC visibility pop

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
