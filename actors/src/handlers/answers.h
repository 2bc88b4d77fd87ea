// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../error_map.h"
#include "../routing.h"
#include "standpoint.h"

#include <troupe/cluster/broker_config.h>
#include <troupe/cluster/controller.h>
#include <troupe/transport/kafka/messages/alter_configs.h>
#include <troupe/transport/kafka/messages/alter_partition_reassignments.h>
#include <troupe/transport/kafka/messages/api_versions.h>
#include <troupe/transport/kafka/messages/create_partitions.h>
#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/delete_topics.h>
#include <troupe/transport/kafka/messages/describe_cluster.h>
#include <troupe/transport/kafka/messages/describe_configs.h>
#include <troupe/transport/kafka/messages/describe_quorum.h>
#include <troupe/transport/kafka/messages/describe_topic_partitions.h>
#include <troupe/transport/kafka/messages/elect_leaders.h>
#include <troupe/transport/kafka/messages/find_coordinator.h>
#include <troupe/transport/kafka/messages/incremental_alter_configs.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/list_partition_reassignments.h>
#include <troupe/transport/kafka/messages/metadata.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

/// What handlers decide on their own, as functions of the request and the
/// metadata: no session, no messages. Each lives in its API's source file.
namespace troupe::actors::handlers {

/// "Not asked for" in fields of authorized operations.
inline constexpr int32_t operations_not_asked = INT32_MIN;
/// Read, write, create, delete, alter, describe, describe and alter configs:
/// bit n is Kafka's operation n. Without an authorizer everything is allowed.
inline constexpr int32_t all_topic_operations = 0b1101'1111'1000;
/// Read, delete, describe.
inline constexpr int32_t all_group_operations = 0b1'0100'1000;
/// Create, alter, describe, cluster action, configs, idempotent write.
inline constexpr int32_t all_cluster_operations = 0b1'1111'1010'0000;

/// The APIs we speak, as ApiVersions lists them.
kafka::api_versions_response list_apis();

/// Error 35 and the one range that the client needs to try again.
kafka::api_versions_response refusal_of_api_versions();

/// Names in a Metadata request that are to be created for the client.
std::vector<std::string>
topics_to_create(const kafka::metadata_request& x, int16_t version,
                 const routing& routes, const cluster::broker_config& config);

/// `not_created`: why auto-creation of a topic failed, by name.
kafka::metadata_response
answer_metadata(const kafka::metadata_request& x, int16_t version,
                const routing& routes, const standpoint& from,
                const std::unordered_map<std::string, problem>& not_created);

kafka::find_coordinator_response
answer_find_coordinator(const kafka::find_coordinator_request& x,
                        int16_t version, const routing& routes,
                        cluster::node_id self);

/// What an InitProducerId request asks that we refuse; ok: give it an id.
kafka::error_code
check_init_producer_id(const kafka::init_producer_id_request& x);

/// A request with several items: what is wrong with an item before the
/// controller sees it, and what is left to ask. `asked` holds one element for
/// each ok element of `checked`, in that order.
template <class Item>
struct triage {
  std::vector<problem> checked;
  std::vector<Item> asked;

  /// One problem per element of `checked` once `decided` is known.
  std::vector<problem> combine(const std::vector<problem>& decided) const {
    auto all = checked;
    size_t next = 0;
    for (auto& x : all)
      if (x.ok() && next < decided.size())
        x = decided[next++];
    return all;
  }
};

/// Also removes repeated topics from `x`; `checked` fits what is left.
triage<cluster::new_topic> triage_of(kafka::create_topics_request& x);
triage<cluster::topic_reference>
triage_of(kafka::delete_topics_request& x, int16_t version);
triage<cluster::more_partitions> triage_of(kafka::create_partitions_request& x);
triage<cluster::config_alteration> triage_of(kafka::alter_configs_request& x);
triage<cluster::config_alteration>
triage_of(kafka::incremental_alter_configs_request& x);

/// `image` is what the partitions are compared with; also removes repeated
/// partitions.
triage<cluster::reassignment>
triage_of(kafka::alter_partition_reassignments_request& x,
          const cluster::metadata_image& image);

/// `verdicts` has one element per partition.
kafka::alter_partition_reassignments_response
answer_alter_partition_reassignments(
    const kafka::alter_partition_reassignments_request& x,
    const std::vector<problem>& verdicts);

kafka::list_partition_reassignments_response
answer_list_partition_reassignments(
    const kafka::list_partition_reassignments_request& x,
    const cluster::metadata_image& image);

/// In order, each once.
std::vector<storage::topic_partition>
partitions_to_elect(const kafka::elect_leaders_request& x,
                    const cluster::metadata_image& image);

/// `verdicts` has one element per partition.
kafka::elect_leaders_response
answer_elect_leaders(const std::vector<storage::topic_partition>& partitions,
                     const std::vector<problem>& verdicts);

kafka::describe_quorum_response
answer_describe_quorum(const kafka::describe_quorum_request& x,
                       const quorum_described& found, int64_t now_ms);

/// `image` has what was decided; `verdicts` has one element per topic.
kafka::create_topics_response
answer_create_topics(const kafka::create_topics_request& x,
                     const std::vector<problem>& verdicts,
                     const cluster::metadata_image& image,
                     const cluster::broker_config& config);

/// `before` still has the topics.
kafka::delete_topics_response
answer_delete_topics(const kafka::delete_topics_request& x, int16_t version,
                     const std::vector<problem>& verdicts,
                     const cluster::metadata_image& before);

kafka::describe_configs_response
answer_describe_configs(const kafka::describe_configs_request& x,
                        const cluster::metadata_image& image,
                        const cluster::broker_config& config);

kafka::describe_cluster_response
answer_describe_cluster(const kafka::describe_cluster_request& x,
                        const cluster::metadata_image& image,
                        const standpoint& from);

/// Most partitions in one answer of DescribeTopicPartitions.
inline constexpr int32_t described_partitions_max = 2000;

kafka::describe_topic_partitions_response answer_describe_topic_partitions(
    const kafka::describe_topic_partitions_request& x, const routing& routes,
    cluster::node_id self);

} // namespace troupe::actors::handlers
