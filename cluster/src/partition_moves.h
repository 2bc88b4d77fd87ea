// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <partition_settler.h>
#include <placement.h>

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

namespace troupe::cluster {

/// Which partitions to move next so that nodes are drained and new ones filled,
/// a bounded number at a time. Lives for one decision; the arguments must
/// outlive it.
class partition_moves {
public:
  partition_moves(const metadata_image& image, const broker_config& broker);

  /// Off nodes that are draining. What was on its way to one goes back where it
  /// was, and may start anew from there.
  void drain();
  /// Onto nodes that are filling, until each hosts its share; then takes the
  /// mark away.
  void fill();
  /// A node that was alone made the offsets topic with fewer replicas than
  /// wanted: gives it more once there are nodes.
  void widen_offsets_topic();

  outcome take() && { return std::move(made_); }

private:
  struct load {
    size_t replicas = 0;
    size_t preferred = 0;
  };

  /// Which donors may give a replica to a node that is filling.
  enum class donor : uint8_t { preferred_leader, follower, any };

  void measure();
  void move(const topic_image& topic, size_t partition, replica_list target);
  /// Gives up what the partition's move was adding; those that are the last in
  /// sync stay until others are.
  void move_back(const topic_image& topic, size_t partition);
  /// A move to a node that is away may never end: it must not keep others from
  /// moving.
  bool waits_for_node(const partition_registration& x) const;
  void fill(node_id node);
  /// The usable node with the fewest replicas that is not among `replicas`, in
  /// a rack of its own if there is one; or no_node.
  node_id best_node_beside(const replica_list& replicas) const;
  bool has_share(node_id node) const;
  donor wanted_donor(node_id node) const;
  /// The replicas with `node` in the place of one that has more than it; empty
  /// when there is none that it may replace.
  replica_list
  with_node(const replica_list& replicas, node_id node, donor from) const;

  const metadata_image& image_;
  const broker_config& broker_;
  partition_settler settler_;
  std::vector<node_id> usable_;
  /// Partitions that do not move yet.
  std::vector<std::pair<const topic_image*, size_t>> resting_;
  /// As it will be when all moves are done.
  std::map<node_id, load> loads_;
  size_t replicas_in_all_ = 0;
  /// How many more may move.
  size_t room_ = 0;
  outcome made_;
};

} // namespace troupe::cluster
