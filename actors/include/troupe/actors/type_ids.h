// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/inspect_controller.h>
#include <troupe/actors/messages/peer.h>
#include <troupe/actors/messages/quorum_wire.h>
#include <troupe/actors/peer_interfaces.h>
#include <troupe/actors/remote_interfaces.h>

#include <caf/type_id.hpp>

/// Every message that crosses nodes. CAF sends the name, so what stands here
/// is never renamed; the list only grows, at its end.
CAF_BEGIN_TYPE_ID_BLOCK(troupe, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(troupe, (troupe::actors::peer_hello))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::peer_welcome))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::peer_ping))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::peer_pong))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::send_pull))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::pull_answered))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::pull_continued))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::grant_credit))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::quorum_letter))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::create_topics>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::delete_topics>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::create_partitions>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::alter_configs>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::register_node>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::take_producer_ids>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::cluster::node_heartbeat>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::propose_isr>))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::decided_elsewhere))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::producer_ids_taken))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::heartbeat_answered))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::isr_judged))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::join_cluster))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::cluster_joined))
CAF_ADD_TYPE_ID(
    troupe, (troupe::actors::forwarded<troupe::actors::alter_reassignments>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::elect_leaders>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::remove_node>))
CAF_ADD_TYPE_ID(troupe,
                (troupe::actors::forwarded<troupe::actors::describe_quorum>))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::quorum_described))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::open_remote_consumer))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_consumer_opened))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_subscribe))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_subscribed))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_unsubscribe))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_demand))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_block))
CAF_ADD_TYPE_ID(troupe, (troupe::actors::remote_subscription_ended))

CAF_END_TYPE_ID_BLOCK(troupe)
