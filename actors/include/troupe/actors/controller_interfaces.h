// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/controller.h>
#include <troupe/actors/messages/metadata.h>
#include <troupe/actors/messages/membership.h>
#include <troupe/actors/messages/quorum.h>
#include <troupe/actors/messages/quorum_wire.h>

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

#pragma GCC visibility push(default)

/// Who decides about the metadata, and who keeps this node known to it.
///
///   session ── create_topics ──> controller ── forwarded<..> ─> controller
///                                    │ ▲                        that leads
///                     propose_records│ │image_committed             │
///                                    ▼ │                            ▼
///                                   quorum <──── fetches ─────── quorum
namespace troupe::actors {

using caf::reacts_to;
using caf::replies_to;

/// What a node asks the controller of another node, which decides. All of it
/// crosses nodes.
using remote_controller_actor = caf::typed_actor<
    // What clients asked the other node.
    replies_to<forwarded<create_topics>>::with<decided_elsewhere>,
    replies_to<forwarded<delete_topics>>::with<decided_elsewhere>,
    replies_to<forwarded<create_partitions>>::with<decided_elsewhere>,
    replies_to<forwarded<alter_configs>>::with<decided_elsewhere>,
    replies_to<forwarded<alter_reassignments>>::with<decided_elsewhere>,
    replies_to<forwarded<elect_leaders>>::with<decided_elsewhere>,
    replies_to<forwarded<remove_node>>::with<decided_elsewhere>,
    replies_to<forwarded<describe_quorum>>::with<quorum_described>,
    // What the node asks for itself.
    replies_to<forwarded<register_node>>::with<decided_elsewhere>,
    replies_to<forwarded<take_producer_ids>>::with<producer_ids_taken>,
    replies_to<forwarded<cluster::node_heartbeat>>::with<heartbeat_answered>,
    replies_to<forwarded<propose_isr>>::with<isr_judged>,
    // A node wants to become one of ours.
    replies_to<join_cluster>::with<cluster_joined>>;

/// What sessions ask: any node's controller knows how to get the answer.
using metadata_service_actor = caf::typed_actor<
    // CreateTopics and auto-creation.
    replies_to<create_topics>::with<metadata_decided>,
    // DeleteTopics.
    replies_to<delete_topics>::with<metadata_decided>,
    // CreatePartitions.
    replies_to<create_partitions>::with<metadata_decided>,
    // AlterConfigs, IncrementalAlterConfigs.
    replies_to<alter_configs>::with<metadata_decided>,
    // AlterPartitionReassignments.
    replies_to<alter_reassignments>::with<metadata_decided>,
    // ElectLeaders.
    replies_to<elect_leaders>::with<metadata_decided>,
    // UnregisterBroker.
    replies_to<remove_node>::with<metadata_decided>,
    // DescribeQuorum.
    replies_to<describe_quorum>::with<quorum_described>,
    // InitProducerId.
    replies_to<allocate_producer_id>::with<producer_id_allocated>>;

/// Decides every change of the metadata while this node leads the quorum;
/// otherwise asks the node that does. Has new images served by the broker actor.
using controller_actor = remote_controller_actor::extend<
    // CreateTopics and auto-creation.
    replies_to<create_topics>::with<metadata_decided>,
    // DeleteTopics.
    replies_to<delete_topics>::with<metadata_decided>,
    // CreatePartitions.
    replies_to<create_partitions>::with<metadata_decided>,
    // AlterConfigs, IncrementalAlterConfigs.
    replies_to<alter_configs>::with<metadata_decided>,
    // AlterPartitionReassignments.
    replies_to<alter_reassignments>::with<metadata_decided>,
    // ElectLeaders.
    replies_to<elect_leaders>::with<metadata_decided>,
    // UnregisterBroker.
    replies_to<remove_node>::with<metadata_decided>,
    // DescribeQuorum.
    replies_to<describe_quorum>::with<quorum_described>,
    // A node came up, perhaps with a new address.
    replies_to<register_node>::with<metadata_decided>,
    // InitProducerId.
    replies_to<allocate_producer_id>::with<producer_id_allocated>,
    // This node is there.
    replies_to<cluster::node_heartbeat>::with<heartbeat_answered>,
    // A partition led here has other in-sync replicas.
    replies_to<propose_isr>::with<isr_judged>,
    // The quorum agreed on more, or has another leader.
    reacts_to<image_committed>, reacts_to<quorum_changed>,
    // The connection to a node broke.
    reacts_to<peer_lost>,
    // Sessions of nodes, leaders that are not the preferred ones (from itself).
    reacts_to<check_nodes>>;

/// Registers this node with the controller and keeps its session.
using broker_lifecycle_actor = caf::typed_actor<
    // Answered once the node is registered and may lead.
    replies_to<start_serving>::with<serving_started>,
    // Before a stop.
    replies_to<move_leaderships>::with<leaderships_moved>,
    // The next heartbeat (from itself).
    reacts_to<beat_due>>;

/// Take part from now on, and tell the controller what is agreed on.
struct start_quorum {
  controller_actor controller;
};

/// The quorum of another node.
using remote_quorum_actor = caf::typed_actor<
    // Votes, fetches and their answers, one way each.
    reacts_to<quorum_letter>>;

/// Holds the metadata log and this node's part in the quorum that agrees on
/// it. Detached: it syncs before it says anything.
using quorum_actor = remote_quorum_actor::extend<
    // Once.
    reacts_to<start_quorum>,
    // From the controller, while this node leads.
    replies_to<propose_records>::with<records_committed>,
    replies_to<remove_voter>::with<voter_removed>,
    // DescribeQuorum.
    replies_to<describe_quorum>::with<cluster::quorum_description>,
    // Before a stop.
    replies_to<resign_leadership>::with<leadership_resigned>,
    // The connection to a node broke.
    reacts_to<peer_lost>,
    // Proposals wait for a sync, a deadline (from itself).
    reacts_to<flush_quorum>, reacts_to<quorum_tick>>;

} // namespace troupe::actors

#pragma GCC visibility pop

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::start_quorum)
