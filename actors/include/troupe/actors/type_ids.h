// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/peer.h>
#include <troupe/actors/peer_interfaces.h>

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

CAF_END_TYPE_ID_BLOCK(troupe)
