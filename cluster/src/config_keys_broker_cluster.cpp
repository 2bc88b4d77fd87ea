// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>

namespace troupe::cluster {

namespace {

using enum config_type;

/// A key that is read at start only.
constexpr config_key fixed(std::string_view name, config_type type,
                           std::string_view value, std::string_view help) {
  return {name, type, value, 0, 0, "", help, "", false};
}

constexpr config_key number(std::string_view name, std::string_view value,
                            int64_t min, int64_t max, std::string_view help) {
  return {name, int32, value, min, max, "", help, "", false};
}

/// Long enough for any timeout, short enough to be added to a clock.
constexpr int64_t timeout_top = 86400000;

constexpr config_key keys[] = {
    fixed("auto.leader.rebalance.enable", boolean, "true",
          "Whether leadership goes back to preferred leaders by itself."),
    number("broker.heartbeat.interval.ms", "200", 1, timeout_top,
           "How often a node tells the controller that it is there."),
    number("broker.session.timeout.ms", "1000", 1, timeout_top,
           "A node that is silent for so long leads nothing any more."),
    fixed("controlled.shutdown.enable", boolean, "true",
          "Whether a node that stops gives its leaderships away first."),
    fixed("controller.quorum.bootstrap.servers", list, "",
          "Cluster addresses (host:port) of nodes to join; unset: alone or the "
          "first."),
    number("controller.quorum.election.timeout.ms", "500", 1, timeout_top,
           "How long the election of a controller may take before another "
           "one."),
    number("controller.quorum.fetch.timeout.ms", "1000", 1, timeout_top,
           "A controller that is silent for so long is replaced."),
    number("leader.imbalance.check.interval.seconds", "300", 1, 86400,
           "Time between two looks for partitions not led by their preferred "
           "leader."),
    number("replica.fetch.backoff.ms", "100", 0, timeout_top,
           "Time between a failed pull of a follower and its next."),
    number("replica.fetch.max.bytes", "1048576", 0, int32_top,
           "What a follower pulls of a partition at a time; a larger batch "
           "goes alone."),
    {"replica.lag.time.max.ms", int64, "30000", 1, int64_top, "",
     "A follower that is behind for so long leaves the ISR.", "", false},
    {"replica.selector.class", string, "", 0, 0, replica_selectors,
     "Who serves consumers that say their rack; unset: the leader.", "", false},
    fixed("troupe.cluster.advertised", string, "",
          "host:port that other nodes are told; unset: "
          "troupe.cluster.listen."),
    fixed("troupe.cluster.insecure", boolean, "false",
          "Whether the cluster port may leave loopback without TLS."),
    fixed("troupe.cluster.listen", string, "",
          "host:port that other nodes connect to; unset: this node is alone."),
    fixed("troupe.cluster.ssl.ca", string, "",
          "PEM file of the authority that signed the nodes' certificates."),
    fixed("troupe.cluster.ssl.certificate", string, "",
          "PEM file with this node's certificate."),
    fixed("troupe.cluster.ssl.key", string, "",
          "PEM file with the key of this node's certificate."),
    {"troupe.moving.bytes.per.second", int64, "52428800", 0, int64_top, "",
     "What one node copies of partitions that move to it; 0: no bound.", "",
     false},
    number("troupe.moving.partitions.max", "20", 1, int32_top,
           "Partitions that move at a time to spread, or to drain a node."),
    {"troupe.node.crowded", boolean, "false", 0, 0, "",
     "Whether this broker's disks are nearly full; set by the broker itself.",
     ""},
    {"troupe.node.draining", boolean, "false", 0, 0, "",
     "Whether this broker's partitions move away; set by the cluster's tools.",
     ""},
    {"troupe.node.filling", boolean, "false", 0, 0, "",
     "Whether this broker is being given its share of the partitions.", ""},
    number("troupe.quorum.voters.max", "3", 1, 9,
           "Nodes that vote on the metadata; an odd number."),
    fixed("troupe.spread.enable", boolean, "true",
          "Whether a node that joins is given a share of the partitions."),
};

} // namespace

std::span<const config_key> broker_cluster_keys() {
  return keys;
}

} // namespace troupe::cluster
