// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>

namespace troupe::cluster {

namespace {

using enum config_type;

constexpr std::string_view threads =
    "Accepted without effect: see troupe.lanes.";
constexpr std::string_view kernel =
    "Accepted without effect: the kernel sizes its buffers.";
constexpr std::string_view clustering =
    "Accepted without effect: see troupe.cluster.listen.";
constexpr std::string_view fetching =
    "Accepted without effect: see replica.fetch.max.bytes.";
constexpr std::string_view groups =
    "For consumer groups; no effect in this version.";
constexpr std::string_view transactions =
    "For transactions; no effect in this version.";
constexpr std::string_view security =
    "For authentication; no effect in this version.";

constexpr config_key text(std::string_view name, config_type type,
                          std::string_view value, std::string_view help) {
  return {name, type, value, 0, 0, "", help, "", false};
}

constexpr config_key
number16(std::string_view name, std::string_view value, std::string_view help) {
  return {name, int16, value, 1, int16_top, "", help, "", false};
}

constexpr config_key number(std::string_view name, std::string_view value,
                            int64_t min, std::string_view help) {
  return {name, int32, value, min, int32_top, "", help, "", false};
}

constexpr config_key keys[] = {
    number("background.threads", "10", 1, threads),
    number("connection.failed.authentication.delay.ms", "100", 0, security),
    text("controller.listener.names", list, "", clustering),
    text("controller.quorum.voters", list, "", clustering),
    number("group.consumer.max.heartbeat.interval.ms", "15000", 1, groups),
    number("group.consumer.max.session.timeout.ms", "60000", 1, groups),
    number("group.consumer.min.heartbeat.interval.ms", "5000", 1, groups),
    number("group.consumer.min.session.timeout.ms", "45000", 1, groups),
    text("group.coordinator.rebalance.protocols", list, "classic,consumer",
         groups),
    number("group.coordinator.threads", "1", 1, groups),
    text("inter.broker.listener.name", string, "", clustering),
    number("leader.imbalance.per.broker.percentage", "10", 0,
           "Accepted without effect: see auto.leader.rebalance.enable."),
    text("listener.security.protocol.map", list, "PLAINTEXT:PLAINTEXT",
         security),
    number("num.io.threads", "8", 1, threads),
    number("num.network.threads", "3", 1, threads),
    number("num.recovery.threads.per.data.dir", "2", 1, threads),
    number("num.replica.fetchers", "1", 1, threads),
    number("offsets.commit.timeout.ms", "5000", 1, groups),
    number("offsets.load.buffer.size", "5242880", 1, groups),
    number("offsets.topic.compression.codec", "0", 0, groups),
    text("process.roles", list, "", clustering),
    number("queued.max.requests", "500", 1,
           "Accepted without effect: see "
           "troupe.queued.max.requests.per.connection."),
    number("replica.fetch.min.bytes", "1", 0, fetching),
    number("replica.fetch.response.max.bytes", "10485760", 0, fetching),
    number("replica.fetch.wait.max.ms", "500", 0,
           "Accepted without effect: a leader keeps a pull that finds nothing "
           "for up to 30 s."),
    number16("share.coordinator.state.topic.min.isr", "2", groups),
    number16("share.coordinator.state.topic.replication.factor", "3", groups),
    number("socket.listen.backlog.size", "50", 1, kernel),
    number("socket.receive.buffer.bytes", "102400", -1, kernel),
    number("socket.send.buffer.bytes", "102400", -1, kernel),
    number("transaction.abort.timed.out.transaction.cleanup.interval.ms",
           "10000", 1, transactions),
    number("transaction.max.timeout.ms", "900000", 1, transactions),
    number("transaction.remove.expired.transaction.cleanup.interval.ms",
           "3600000", 1, transactions),
    number("transaction.state.log.load.buffer.size", "5242880", 1,
           transactions),
    number("transaction.state.log.min.isr", "2", 1, transactions),
    number("transaction.state.log.num.partitions", "50", 1, transactions),
    number16("transaction.state.log.replication.factor", "3", transactions),
    number("transaction.state.log.segment.bytes", "104857600", 1, transactions),
    number("transactional.id.expiration.ms", "604800000", 1, transactions),
    text("zookeeper.connect", string, "", clustering),
    number("zookeeper.connection.timeout.ms", "", 1, clustering),
};

} // namespace

std::span<const config_key> broker_accepted_keys() {
  return keys;
}

} // namespace troupe::cluster
