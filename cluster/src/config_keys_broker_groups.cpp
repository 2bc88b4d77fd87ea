// SPDX-License-Identifier: Apache-2.0
#include <config_keys.h>

namespace troupe::cluster {

namespace {

using enum config_type;

constexpr config_key number(std::string_view name, config_type type,
                            std::string_view value, int64_t min, int64_t max,
                            std::string_view help) {
  return {name, type, value, min, max, "", help, "", false};
}

constexpr config_key keys[] = {
    {"group.consumer.assignors", config_type::list, "uniform,range", 0, 0,
     "uniform|range",
     "Assignors that KIP-848 groups may ask for; the first one is the default.",
     "", false},
    number("group.consumer.heartbeat.interval.ms", int32, "5000", 1, int32_top,
           "How often members of KIP-848 groups are told to send heartbeats."),
    number("group.consumer.max.size", int32, "2147483647", 1, int32_top,
           "Members of one KIP-848 group."),
    {"group.consumer.migration.policy", string, "bidirectional", 0, 0,
     "bidirectional|upgrade|downgrade|disabled",
     "How a group with members may change between the classic protocol and "
     "that of KIP-848.",
     "", false},
    number("group.consumer.session.timeout.ms", int32, "45000", 1, int32_top,
           "A member of a KIP-848 group is gone when it was silent this long."),
    number("group.initial.rebalance.delay.ms", int32, "3000", 0, int32_top,
           "How long an empty group waits for more members."),
    number("group.max.session.timeout.ms", int32, "1800000", 1, int32_top,
           "Longest session timeout that a member may ask for."),
    number("group.max.size", int32, "2147483647", 1, int32_top,
           "Members of one group."),
    number("group.min.session.timeout.ms", int32, "6000", 1, int32_top,
           "Shortest session timeout that a member may ask for."),
    number("offset.metadata.max.bytes", int32, "4096", 0, int32_top,
           "Bytes of metadata that may be committed with an offset."),
    number("offsets.retention.check.interval.ms", int64, "600000", 1, int64_top,
           "Time between looks for offsets that have expired."),
    number("offsets.retention.minutes", int32, "10080", 1, int32_top,
           "How long offsets stay that nobody reads with any more."),
    number("offsets.topic.num.partitions", int32, "50", 1, int32_top,
           "Partitions of __consumer_offsets; fixed once it exists."),
    number("offsets.topic.replication.factor", int16, "3", 1, int16_top,
           "Replicas of __consumer_offsets, or as many as there are nodes."),
    number("offsets.topic.segment.bytes", int32, "104857600", 1, int32_top,
           "Size of the segments of __consumer_offsets."),
};

} // namespace

std::span<const config_key> broker_group_keys() {
  return keys;
}

} // namespace troupe::cluster
