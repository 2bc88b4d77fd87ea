// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/controller_requests.h>
#include <troupe/cluster/metadata_record.h>
#include <troupe/cluster/refusal.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

class failure_detector;

/// Answer for one item of a request; `message` is for a person.
struct decision {
  refusal what = refusal::none;
  std::string message;

  /// It was not refused.
  bool ok() const noexcept { return what == refusal::none; }
};

/// A decision and the records that carry it out (none when refused or when
/// only validating).
struct outcome {
  decision verdict;
  metadata_delta records;
  /// Partitions that got a leader which may lack records (KIP-106): to be told
  /// to whoever runs the cluster.
  std::vector<topic_partition> unclean = {};
};

/// What becomes of a heartbeat once the outcome's records are committed.
struct heartbeat_outcome {
  outcome decided;
  /// The node may not lead yet.
  bool fenced = false;
  /// Nobody needs it any more.
  bool may_stop = false;
};

/// What the controller decides, as functions of the image: no clock, no disk.
/// Each item of a request is decided against the image that the items before
/// it made (the caller applies them in turn). Outcomes that touch every
/// partition of a node may be large: see `split`.
class controller {
public:
  /// `seed` feeds topic ids (random v4 UUIDs).
  controller(broker_config config, uint64_t seed);

  /// Places the partitions, unless the request does. Draws the topic id.
  outcome create_topic(const metadata_image& image, const new_topic& x);
  /// By name or by id; refused while delete.topic.enable is false.
  outcome delete_topic(const metadata_image& image, const topic_reference& x);
  /// The new partitions follow those that exist; fewer than before is refused.
  outcome
  create_partitions(const metadata_image& image, const more_partitions& x);
  /// Checks the result as a whole; replaces all overrides of the resource.
  outcome
  alter_configs(const metadata_image& image, const config_alteration& x);
  /// [first, last) of a fresh block, and the record that takes it. Any node may
  /// ask and gives the ids of its block out on its own.
  std::pair<std::pair<int64_t, int64_t>, metadata_delta>
  allocate_producer_ids(const metadata_image& image);

  /// A node came up, or changed its address. With the id no_node it gets a
  /// fresh one (see `node_with`). A node that names an incarnation is fenced
  /// until its first heartbeat that knows the metadata; one that names none is
  /// alone. No records when the image says so already.
  outcome register_node(const metadata_image& image, const node_registration& x,
                        const failure_detector& sessions);
  /// Also keeps `sessions` up to date.
  heartbeat_outcome heartbeat(const metadata_image& image,
                              const node_heartbeat& x,
                              failure_detector& sessions, int64_t now_ms) const;
  /// The nodes lead nothing any more and leave every ISR that has others.
  outcome fence_nodes(const metadata_image& image,
                      std::span<const node_id> nodes) const;
  /// Brings partitions into line with the state of their nodes, should an
  /// earlier controller have stopped halfway. To be called by a new one.
  outcome settle_partitions(const metadata_image& image) const;
  /// Moves partitions off the node, some at a time, and gives it no new ones:
  /// `move_partitions` does it.
  outcome drain_node(const metadata_image& image, node_id node) const;
  /// Forgets a node that is fenced and hosts nothing.
  outcome remove_node(const metadata_image& image, node_id node) const;

  /// AlterPartition (KIP-497): refused when the proposal is based on an older
  /// state, or names a replica that may not be in sync.
  outcome alter_isr(const metadata_image& image, const isr_alteration& x) const;
  /// The replica leaves the ISR and others lead, if there are others in sync.
  outcome resign_replica(const metadata_image& image,
                         const replica_resignation& x) const;
  /// ElectLeaders (KIP-460), one partition.
  outcome elect_leader(const metadata_image& image, const topic_partition& name,
                       election_type type) const;
  /// Gives leadership back to preferred leaders that could lead, of at most
  /// `elections_per_rebalance_max` partitions.
  outcome rebalance_leaders(const metadata_image& image) const;

  /// AlterPartitionReassignments (KIP-455), one partition: begins a move,
  /// changes it, or cancels it.
  outcome
  alter_reassignment(const metadata_image& image, const reassignment& x) const;
  /// Starts to move partitions: off draining nodes, onto filling ones, and
  /// more replicas of the offsets topic when there are nodes for them. At most
  /// `troupe.moving.partitions.max` are under way at a time; those to nodes
  /// that are fenced do not count. What moves to a draining node goes back.
  outcome move_partitions(const metadata_image& image) const;

  static constexpr size_t elections_per_rebalance_max = 1000;

private:
  uuid fresh_uuid();
  /// `node.id` of the process itself, broker defaults, bounds.
  broker_config config_;
  std::mt19937_64 random_;
};

/// The node that registered this incarnation, or no_node.
node_id node_with(const metadata_image& image, const uuid& incarnation);

/// Nodes that new replicas may be placed on: neither fenced nor leaving nor
/// draining.
std::vector<node_id> usable_nodes(const metadata_image& image);

/// Partitions for which `elect_leader` would find another leader.
std::vector<topic_partition>
electable_partitions(const metadata_image& image, election_type type);

/// Partitions whose replicas move (ListPartitionReassignments).
std::vector<topic_partition> moving_partitions(const metadata_image& image);

/// Replicas that a node hosts, those that are leaving it included.
size_t replicas_on(const metadata_image& image, node_id node);

/// Cuts a delta into such of at most `bytes_max` each (a single record may be
/// larger), to be appended one after the other. Each is consistent by itself:
/// what is missing when the controller stops in between is made up for by
/// `settle_partitions`.
std::vector<metadata_delta> split(metadata_delta delta, size_t bytes_max);

/// Kafka's rule: 1-249 of [a-zA-Z0-9._-], not "." or "..".
bool valid_topic_name(std::string_view name) noexcept;

/// Topics that only the broker writes (`__consumer_offsets`, ...).
bool internal_topic(std::string_view name) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
