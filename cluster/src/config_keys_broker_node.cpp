// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>

namespace troupe::cluster {

namespace {

using enum config_type;

/// A key that is read at start only.
constexpr config_key fixed(std::string_view name, config_type type,
                           std::string_view value, int64_t min, int64_t max,
                           std::string_view words, std::string_view help) {
  return {name, type, value, min, max, words, help, "", false};
}

constexpr config_key number(std::string_view name, std::string_view value,
                            int64_t min, int64_t max, std::string_view help) {
  return fixed(name, max > int32_top ? int64 : int32, value, min, max, "",
               help);
}

constexpr config_key
flag(std::string_view name, std::string_view value, std::string_view help) {
  return fixed(name, boolean, value, 0, 0, "", help);
}

constexpr config_key keys[] = {
    fixed("advertised.listeners", list, "", 0, 0, "",
          "Addresses that clients are told; unset: those of listeners."),
    flag("auto.create.topics.enable", "true",
         "Whether asking for an unknown topic creates it."),
    number("broker.id", "", 0, int32_top, "Older name of node.id."),
    fixed("broker.rack", string, "", 0, 0, "",
          "Where this node stands, as clients are told."),
    number("connections.max.idle.ms", "600000", 1, int64_top,
           "Connections without a request for so long are closed."),
    fixed("default.replication.factor", int32, "1", 1, int16_top, "",
          "Replicas of a topic whose creator did not say."),
    flag("delete.topic.enable", "true", "Whether topics may be deleted."),
    number("fetch.max.bytes", "57671680", 1024, int32_top,
           "Upper bound of one fetch answer."),
    fixed("listeners", list, "PLAINTEXT://127.0.0.1:9092", 0, 0, "",
          "Addresses to listen on."),
    fixed("log.dir", string, "", 0, 0, "",
          "Data directory, when log.dirs is not set."),
    fixed("log.dirs", list, "", 0, 0, "", "Data directories."),
    number("max.connections", "20000", 1, int32_top,
           "Connections held at a time; more are closed at once."),
    number("max.incremental.fetch.session.cache.slots", "1000", 0, int32_top,
           "Accepted without effect: fetch sessions are declined."),
    number("node.id", "0", 0, int32_top, "Number of this node in the cluster."),
    number("num.partitions", "1", 1, int32_top,
           "Partitions of a topic whose creator did not say."),
    number(
        "queued.max.request.bytes", "-1", -1, int64_top,
        "Bytes of requests in work or being received; above them sockets are "
        "not read. -1: no bound."),
    number("socket.request.max.bytes", "104857600", 1, int32_top,
           "Larger requests close their connection."),
    fixed(
        "troupe.durability", string, "page_cache", 0, 0,
        "page_cache|interval|fsync",
        "When a produce request counts as done: page_cache, interval, fsync."),
    number("troupe.flush.interval.ms", "1000", 1, int64_top,
           "With troupe.durability=interval: time between syncs."),
    number("troupe.lanes", "0", 0, 1024,
           "Network threads; 0 chooses by the number of cores."),
    fixed("troupe.log.level", string, "info", 0, 0,
          "trace|debug|info|warn|error",
          "Least important messages that are logged."),
    fixed("troupe.metrics.listen", string, "", 0, 0, "",
          "HOST:PORT where figures are served over HTTP as /metrics; unset: "
          "nowhere."),
    number("troupe.partitions.max", "100000", 1, 10000000,
           "Partitions accepted in all."),
    number("troupe.queued.max.requests.per.connection", "64", 1, 65536,
           "Requests of one connection in work at a time."),
};

} // namespace

std::span<const config_key> broker_node_keys() {
  return keys;
}

} // namespace troupe::cluster
