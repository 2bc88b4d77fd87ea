// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/peer_handshake.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

std::string range_of(const peer_identity& x) {
  return std::to_string(x.version_min) + " to " + std::to_string(x.version_max);
}

auto refuse(storage::errc code, std::string why) {
  return failure(code, std::move(why));
}

} // namespace

std::string to_string(const peer_identity& x) {
  auto name = x.node == no_node ? std::string("a node without an id")
                                : "node " + std::to_string(x.node);
  return x.software.empty() ? name : name + " (" + x.software + ")";
}

result<peer_version_t> agree_with_peer(const peer_identity& self,
                                       const peer_identity& other,
                                       node_id expected) {
  using storage::errc;
  auto version = std::min(self.version_max, other.version_max);
  if (version < std::max(self.version_min, other.version_min))
    return refuse(errc::unsupported_format,
                  to_string(self) + " speaks versions " + range_of(self)
                      + " of the protocol between nodes, " + to_string(other)
                      + " speaks versions " + range_of(other)
                      + ": upgrade the older one");
  // A node that joins knows no cluster yet, and is let in to ask for an id.
  auto joining = self.cluster_id.empty() || other.cluster_id.empty();
  if (!joining && self.cluster_id != other.cluster_id)
    return refuse(errc::invalid_argument,
                  to_string(self) + " belongs to cluster " + self.cluster_id
                      + ", " + to_string(other) + " to cluster "
                      + other.cluster_id);
  if (self.node != no_node && self.node == other.node)
    return refuse(errc::invalid_argument,
                  "two processes say that they are node "
                      + std::to_string(self.node)
                      + ": each needs a data directory of its own");
  if (expected != no_node && expected != other.node)
    return refuse(errc::invalid_argument, "node " + std::to_string(expected)
                                              + " was expected, "
                                              + to_string(other) + " answers");
  return version;
}

} // namespace troupe::cluster
