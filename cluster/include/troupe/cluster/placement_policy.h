// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Chooses the nodes of new partitions: of a topic that is made, and of those
/// that a topic gets later. Not asked when the client names the nodes itself,
/// nor when partitions move.
///
/// Called on the thread of the controller, by the node that leads the quorum:
/// give every node of a cluster the same one. It must not block, because
/// nobody's metadata changes meanwhile, and it may be asked again about
/// partitions that were refused or only validated. What it answers is checked
/// like what a client asks for; a wrong answer refuses the request with
/// INVALID_REPLICA_ASSIGNMENT, and so does one that throws.
class placement_policy {
public:
  /// What is valid during the call only.
  struct question {
    /// Nodes with their racks, topics with their partitions.
    const metadata_image& image;
    std::string_view topic;
    /// Index of the first new partition, and how many there are: at least one.
    size_t first = 0;
    size_t count = 1;
    /// Nodes that each of them needs: at least one, at most `usable.size()`.
    size_t replication_factor = 1;
    /// Who may be chosen, ascending: alive, and staying.
    std::span<const node_id> usable;
  };

  virtual ~placement_policy() = default;

  /// For each new partition `replication_factor` different nodes, the first of
  /// which leads. Empty: whatever the broker does by itself.
  virtual std::vector<std::vector<node_id>> place(const question& x) = 0;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
