// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Version of what nodes say to each other. A node speaks all versions of a
/// range, and two nodes use the highest that both know: so nodes can be
/// upgraded one after the other.
using peer_version_t = int32_t;

inline constexpr peer_version_t peer_version_min = 1;
inline constexpr peer_version_t peer_version_max = 1;

/// Who a node says it is when two nodes meet. Crosses nodes before a version
/// was agreed on: these members never change.
struct peer_identity {
  peer_version_t version_min = peer_version_min;
  peer_version_t version_max = peer_version_max;
  /// Empty as long as the node belongs to no cluster.
  std::string cluster_id;
  /// `no_node` as long as no controller has given it an id.
  node_id node = no_node;
  /// Drawn at every start of the process.
  uuid incarnation;
  /// Name and version of the software, for logs.
  std::string software;

  bool operator==(const peer_identity&) const = default;
};

/// `node 3 (troupe 0.1.0)`, for messages.
std::string to_string(const peer_identity& x);

/// Whether `self` may work with `other`, whom it took for node `expected`
/// (`no_node`: whoever is there). The version that both speak, or a sentence
/// that names what is wrong with both sides.
result<peer_version_t> agree_with_peer(const peer_identity& self,
                                       const peer_identity& other,
                                       node_id expected);

} // namespace troupe::cluster

#pragma GCC visibility pop
