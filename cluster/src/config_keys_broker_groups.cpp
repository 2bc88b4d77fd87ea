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
