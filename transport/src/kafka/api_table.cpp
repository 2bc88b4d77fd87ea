// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/kafka/api_table.h>

#include <algorithm>
#include <array>
#include <limits>

namespace troupe::kafka {

namespace {

constexpr int16_t never = std::numeric_limits<int16_t>::max();

// Key, name, served versions (least, greatest), first flexible version, least
// advertised version. Produce 0-2 carries record formats from before 2017 and
// is not served, but librdkafka 2.0 takes compression for missing where
// they are not advertised.
constexpr auto table = std::to_array<api_info>({
    {api_key::produce, "Produce", 3, 11, 9, 0},
    {api_key::fetch, "Fetch", 4, 17, 12, 4},
    {api_key::list_offsets, "ListOffsets", 1, 9, 6, 1},
    {api_key::metadata, "Metadata", 0, 12, 9, 0},
    {api_key::offset_commit, "OffsetCommit", 1, 9, 8, 1},
    {api_key::offset_fetch, "OffsetFetch", 1, 9, 6, 1},
    {api_key::find_coordinator, "FindCoordinator", 0, 5, 3, 0},
    {api_key::join_group, "JoinGroup", 0, 9, 6, 0},
    {api_key::heartbeat, "Heartbeat", 0, 4, 4, 0},
    {api_key::leave_group, "LeaveGroup", 0, 5, 4, 0},
    {api_key::sync_group, "SyncGroup", 0, 5, 4, 0},
    {api_key::describe_groups, "DescribeGroups", 0, 5, 5, 0},
    {api_key::list_groups, "ListGroups", 0, 5, 3, 0},
    {api_key::api_versions, "ApiVersions", 0, 4, 3, 0},
    {api_key::create_topics, "CreateTopics", 0, 7, 5, 0},
    {api_key::delete_topics, "DeleteTopics", 0, 6, 4, 0},
    {api_key::delete_records, "DeleteRecords", 0, 2, 2, 0},
    {api_key::init_producer_id, "InitProducerId", 0, 5, 2, 0},
    {api_key::offset_for_leader_epoch, "OffsetForLeaderEpoch", 2, 4, 4, 2},
    {api_key::describe_acls, "DescribeAcls", 0, 3, 2, 0},
    {api_key::describe_configs, "DescribeConfigs", 0, 4, 4, 0},
    {api_key::alter_configs, "AlterConfigs", 0, 2, 2, 0},
    {api_key::describe_log_dirs, "DescribeLogDirs", 0, 4, 2, 0},
    {api_key::create_partitions, "CreatePartitions", 0, 3, 2, 0},
    {api_key::delete_groups, "DeleteGroups", 0, 2, 2, 0},
    {api_key::elect_leaders, "ElectLeaders", 0, 2, 2, 0},
    {api_key::incremental_alter_configs, "IncrementalAlterConfigs", 0, 1, 1, 0},
    {api_key::alter_partition_reassignments, "AlterPartitionReassignments", 0,
     1, 0, 0},
    {api_key::list_partition_reassignments, "ListPartitionReassignments", 0, 0,
     0, 0},
    {api_key::offset_delete, "OffsetDelete", 0, 0, never, 0},
    {api_key::describe_quorum, "DescribeQuorum", 0, 2, 0, 0},
    {api_key::describe_cluster, "DescribeCluster", 0, 1, 0, 0},
    {api_key::describe_producers, "DescribeProducers", 0, 0, 0, 0},
    {api_key::unregister_broker, "UnregisterBroker", 0, 0, 0, 0},
    {api_key::consumer_group_heartbeat, "ConsumerGroupHeartbeat", 0, 1, 0, 0},
    {api_key::consumer_group_describe, "ConsumerGroupDescribe", 0, 1, 0, 0},
    {api_key::describe_topic_partitions, "DescribeTopicPartitions", 0, 0, 0, 0},
});

static_assert(std::ranges::is_sorted(table, {}, &api_info::key));

} // namespace

std::span<const api_info> api_table() noexcept {
  return table;
}

const api_info* find_api(int16_t key) noexcept {
  auto wanted = static_cast<api_key>(key);
  auto found = std::ranges::lower_bound(table, wanted, {}, &api_info::key);
  return found != table.end() && found->key == wanted ? &*found : nullptr;
}

} // namespace troupe::kafka
