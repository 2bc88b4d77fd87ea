// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/peer_handshake.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/types.h>

#include <caf/deserializer.hpp>
#include <caf/error.hpp>
#include <caf/meta/type_name.hpp>
#include <caf/serializer.hpp>

#include <string>

#pragma GCC visibility push(default)

/// How the vocabulary of the lower layers crosses nodes. CAF finds these
/// functions by the namespaces of their arguments. None of these types may
/// change its members any more: the two nodes may run different versions.
namespace troupe::storage {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, topic_partition& x) {
  return f(caf::meta::type_name("topic_partition"), x.topic, x.partition);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, uuid& x) {
  return f(caf::meta::type_name("uuid"), x.bytes);
}

/// Writes all bytes with one call: CAF goes through containers of `std::byte`
/// one by one, which costs a hundred times as much.
caf::error inspect(caf::serializer& f, buffer& x);
/// Refuses what claims to be longer than what came before it allocates.
caf::error inspect(caf::deserializer& f, buffer& x);

} // namespace troupe::storage

namespace troupe::cluster {

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_identity& x) {
  return f(caf::meta::type_name("peer_identity"), x.version_min, x.version_max,
           x.cluster_id, x.node, x.incarnation, x.software);
}

} // namespace troupe::cluster

namespace troupe::actors {

/// A code that the receiver does not know arrives as `errc::internal` with the
/// sender's sentence.
caf::error inspect(caf::serializer& f, problem& x);
caf::error inspect(caf::deserializer& f, problem& x);

} // namespace troupe::actors

#pragma GCC visibility pop
