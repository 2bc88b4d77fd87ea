// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/inspect.h>
#include <troupe/cluster/quorum_messages.h>

#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/serializer.hpp>

#pragma GCC visibility push(default)

/// What quorums of two nodes say to each other. Crosses nodes.
namespace troupe::actors {

/// One message, on its own: an answer is a letter too. The core takes lost,
/// doubled and late ones in its stride.
struct quorum_letter {
  cluster::node_id from = cluster::no_node;
  cluster::quorum_message message;
};

/// The number of the message's kind comes first; a kind that the receiver does
/// not know is refused.
caf::error inspect(caf::serializer& f, quorum_letter& x);
caf::error inspect(caf::deserializer& f, quorum_letter& x);

} // namespace troupe::actors

#pragma GCC visibility pop
