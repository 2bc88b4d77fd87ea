// SPDX-License-Identifier: Apache-2.0
#include "refusing_authoriser.h"
#include "session_fixture.h"

#include <troupe/transport/kafka/api_table.h>
#include <troupe/transport/kafka/messages/alter_configs.h>
#include <troupe/transport/kafka/messages/alter_partition_reassignments.h>
#include <troupe/transport/kafka/messages/api_versions.h>
#include <troupe/transport/kafka/messages/consumer_group_describe.h>
#include <troupe/transport/kafka/messages/consumer_group_heartbeat.h>
#include <troupe/transport/kafka/messages/create_partitions.h>
#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/delete_groups.h>
#include <troupe/transport/kafka/messages/delete_records.h>
#include <troupe/transport/kafka/messages/delete_topics.h>
#include <troupe/transport/kafka/messages/describe_acls.h>
#include <troupe/transport/kafka/messages/describe_cluster.h>
#include <troupe/transport/kafka/messages/describe_configs.h>
#include <troupe/transport/kafka/messages/describe_groups.h>
#include <troupe/transport/kafka/messages/describe_log_dirs.h>
#include <troupe/transport/kafka/messages/describe_producers.h>
#include <troupe/transport/kafka/messages/describe_quorum.h>
#include <troupe/transport/kafka/messages/describe_topic_partitions.h>
#include <troupe/transport/kafka/messages/elect_leaders.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/find_coordinator.h>
#include <troupe/transport/kafka/messages/heartbeat.h>
#include <troupe/transport/kafka/messages/incremental_alter_configs.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/join_group.h>
#include <troupe/transport/kafka/messages/leave_group.h>
#include <troupe/transport/kafka/messages/list_groups.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/list_partition_reassignments.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/offset_commit.h>
#include <troupe/transport/kafka/messages/offset_delete.h>
#include <troupe/transport/kafka/messages/offset_fetch.h>
#include <troupe/transport/kafka/messages/offset_for_leader_epoch.h>
#include <troupe/transport/kafka/messages/produce.h>
#include <troupe/transport/kafka/messages/sync_group.h>
#include <troupe/transport/kafka/messages/unregister_broker.h>

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

using codes = std::vector<int16_t>;

const std::string this_cluster = "cluster kafka-cluster";

/// What becomes of one request when everything is refused.
struct refusal {
  /// Sends the request and returns every code in the answer.
  std::function<codes(session_fixture&)> send;
  /// What is asked for it, in this order.
  std::vector<std::string> asked;
  codes expected;
};

using refusals = std::map<kafka::api_key, refusal>;

template <class Response, class Request>
Response ask_of(session_fixture& x, const Request& request) {
  auto version =
      kafka::find_api(static_cast<int16_t>(Request::api))->max_version;
  x.ask(request, version);
  return x.answer<Response>(version);
}

/// For an answer whose codes are in `partitions` of its `topics`.
template <class Topics, class Partitions>
codes codes_in(const Topics& topics, Partitions partitions) {
  codes found;
  for (const auto& topic : topics)
    for (const auto& partition : topic.*partitions)
      found.push_back(partition.error_code);
  return found;
}

template <class Entries>
codes codes_of(const Entries& entries) {
  codes found;
  for (const auto& x : entries)
    found.push_back(x.error_code);
  return found;
}

/// One row, of an API whose answer has one code.
template <class Response, class Request>
void add_simple(refusals& all, Request request, std::string asked,
                int16_t code) {
  all[Request::api] = {[request](session_fixture& x) {
                         return codes{ask_of<Response>(x, request).error_code};
                       },
                       {std::move(asked)},
                       {code}};
}

void add_records(refusals& all) {
  using kafka::api_key;
  all[api_key::produce] = {
      [](session_fixture& x) {
        kafka::produce_request y;
        y.acks = 1;
        y.topic_data = {{"t", {{0, {}}, {1, {}}}}};
        auto z = ask_of<kafka::produce_response>(x, y);
        return codes_in(z.responses,
                        &kafka::produce_response::topic::partition_responses);
      },
      {"write topic t"},
      {29, 29}};
  all[api_key::fetch] = {
      [](session_fixture& x) {
        kafka::fetch_request y;
        y.max_wait_ms = 60'000;
        y.min_bytes = 1;
        y.topics.emplace_back();
        y.topics[0].topic_id = id_of(1);
        y.topics[0].partitions.resize(1);
        auto z = ask_of<kafka::fetch_response>(x, y);
        return codes_in(z.responses, &kafka::fetch_response::topic::partitions);
      },
      {"read topic t"},
      {29}};
  all[api_key::list_offsets] = {
      [](session_fixture& x) {
        kafka::list_offsets_request y;
        y.topics = {{"t", {{0, -1, -1}}}};
        auto z = ask_of<kafka::list_offsets_response>(x, y);
        return codes_in(z.topics,
                        &kafka::list_offsets_response::topic::partitions);
      },
      {"describe topic t"},
      {29}};
  all[api_key::delete_records] = {
      [](session_fixture& x) {
        kafka::delete_records_request y;
        y.topics = {{"t", {{0, 7}}}};
        auto z = ask_of<kafka::delete_records_response>(x, y);
        return codes_in(z.topics,
                        &kafka::delete_records_response::topic::partitions);
      },
      {"remove topic t"},
      {29}};
  all[api_key::offset_for_leader_epoch] = {
      [](session_fixture& x) {
        kafka::offset_for_leader_epoch_request y;
        y.topics = {{"t", {{0, -1, 1}}}};
        auto z = ask_of<kafka::offset_for_leader_epoch_response>(x, y);
        return codes_in(
            z.topics,
            &kafka::offset_for_leader_epoch_response::topic::partitions);
      },
      {"describe topic t"},
      {29}};
  all[api_key::describe_producers] = {
      [](session_fixture& x) {
        kafka::describe_producers_request y;
        y.topics = {{"t", {0}}};
        auto z = ask_of<kafka::describe_producers_response>(x, y);
        return codes_in(z.topics,
                        &kafka::describe_producers_response::topic::partitions);
      },
      {"read topic t"},
      {29}};
  add_simple<kafka::init_producer_id_response>(
      all, kafka::init_producer_id_request{}, "", 31);
  all[api_key::init_producer_id].asked = {"idempotent_write " + this_cluster,
                                          "write topic t"};
}

void add_topics(refusals& all) {
  using kafka::api_key;
  all[api_key::metadata] = {
      [](session_fixture& x) {
        kafka::metadata_request y;
        y.topics = {{{}, "t"}, {{}, "missing"}};
        return codes_of(ask_of<kafka::metadata_response>(x, y).topics);
      },
      {"describe topic t", "describe topic missing"},
      {29, 29}};
  all[api_key::describe_topic_partitions] = {
      [](session_fixture& x) {
        kafka::describe_topic_partitions_request y;
        y.topics = {{"t"}};
        auto z = ask_of<kafka::describe_topic_partitions_response>(x, y);
        return codes_of(z.topics);
      },
      {"describe topic t"},
      {29}};
  all[api_key::create_topics] = {
      [](session_fixture& x) {
        kafka::create_topics_request y;
        y.topics.resize(1);
        y.topics[0].name = "n";
        return codes_of(ask_of<kafka::create_topics_response>(x, y).topics);
      },
      {"create " + this_cluster, "create topic n"},
      {29}};
  all[api_key::delete_topics] = {
      [](session_fixture& x) {
        kafka::delete_topics_request y;
        y.topics = {{"n", {}}, {std::nullopt, id_of(1)}};
        auto z = ask_of<kafka::delete_topics_response>(x, y);
        CHECK(z.responses.at(0).name == "n");
        CHECK_FALSE(z.responses.at(1).name.has_value());
        return codes_of(z.responses);
      },
      {"remove topic n", "remove topic t", "describe topic t"},
      {29, 29}};
  all[api_key::create_partitions] = {
      [](session_fixture& x) {
        kafka::create_partitions_request y;
        y.topics.resize(1);
        y.topics[0].name = "t";
        return codes_of(
            ask_of<kafka::create_partitions_response>(x, y).results);
      },
      {"alter topic t"},
      {29}};
}

/// A topic and a broker.
template <class Request, class Response, class Entries>
void add_configs(refusals& all, const std::string& operation,
                 Entries Response::*entries) {
  all[Request::api] = {[entries](session_fixture& x) {
                         Request y;
                         y.resources.resize(2);
                         y.resources[0].resource_type = 2;
                         y.resources[0].resource_name = "t";
                         y.resources[1].resource_type = 4;
                         return codes_of(ask_of<Response>(x, y).*entries);
                       },
                       {operation + " topic t", operation + " " + this_cluster},
                       {29, 31}};
}

void add_cluster(refusals& all) {
  using kafka::api_key;
  add_configs<kafka::describe_configs_request>(
      all, "describe_configs", &kafka::describe_configs_response::results);
  add_configs<kafka::alter_configs_request>(
      all, "alter_configs", &kafka::alter_configs_response::responses);
  add_configs<kafka::incremental_alter_configs_request>(
      all, "alter_configs",
      &kafka::incremental_alter_configs_response::responses);
  add_simple<kafka::describe_acls_response>(all, kafka::describe_acls_request{},
                                            "describe " + this_cluster, 31);
  add_simple<kafka::describe_log_dirs_response>(
      all, kafka::describe_log_dirs_request{}, "describe " + this_cluster, 31);
  add_simple<kafka::list_partition_reassignments_response>(
      all, kafka::list_partition_reassignments_request{},
      "describe " + this_cluster, 31);
  add_simple<kafka::describe_quorum_response>(
      all, kafka::describe_quorum_request{}, "describe " + this_cluster, 31);
  add_simple<kafka::alter_partition_reassignments_response>(
      all, kafka::alter_partition_reassignments_request{},
      "alter " + this_cluster, 31);
  add_simple<kafka::elect_leaders_response>(all, kafka::elect_leaders_request{},
                                            "alter " + this_cluster, 31);
  add_simple<kafka::unregister_broker_response>(
      all, kafka::unregister_broker_request{7}, "alter " + this_cluster, 31);
  // Nothing is asked: whom to connect to is no secret.
  add_simple<kafka::describe_cluster_response>(
      all, kafka::describe_cluster_request{}, "", 0);
  all[api_key::describe_cluster].asked.clear();
  add_simple<kafka::api_versions_response>(all, kafka::api_versions_request{},
                                           "", 0);
  all[api_key::api_versions].asked.clear();
}

/// A request about group "g" that is answered with one code.
template <class Request, class Response>
void add_member(refusals& all) {
  Request x;
  x.group_id = "g";
  add_simple<Response>(all, x, "read group g", 30);
}

void add_groups(refusals& all) {
  using kafka::api_key;
  add_member<kafka::join_group_request, kafka::join_group_response>(all);
  add_member<kafka::heartbeat_request, kafka::heartbeat_response>(all);
  add_member<kafka::leave_group_request, kafka::leave_group_response>(all);
  add_member<kafka::sync_group_request, kafka::sync_group_response>(all);
  add_member<kafka::consumer_group_heartbeat_request,
             kafka::consumer_group_heartbeat_response>(all);
  kafka::offset_delete_request forgotten;
  forgotten.group_id = "g";
  add_simple<kafka::offset_delete_response>(all, forgotten, "remove group g",
                                            30);
  all[api_key::describe_groups] = {
      [](session_fixture& x) {
        kafka::describe_groups_request y;
        y.groups = {"g"};
        return codes_of(ask_of<kafka::describe_groups_response>(x, y).groups);
      },
      {"describe group g"},
      {30}};
  all[api_key::consumer_group_describe] = {
      [](session_fixture& x) {
        kafka::consumer_group_describe_request y;
        y.group_ids = {"g"};
        return codes_of(
            ask_of<kafka::consumer_group_describe_response>(x, y).groups);
      },
      {"describe group g"},
      {30}};
  all[api_key::delete_groups] = {
      [](session_fixture& x) {
        kafka::delete_groups_request y;
        y.groups_names = {"g"};
        return codes_of(ask_of<kafka::delete_groups_response>(x, y).results);
      },
      {"remove group g"},
      {30}};
  all[api_key::offset_commit] = {
      [](session_fixture& x) {
        kafka::offset_commit_request y;
        y.group_id = "g";
        y.topics = {{"t", {{0, 5, -1, -1, {}}}}};
        auto z = ask_of<kafka::offset_commit_response>(x, y);
        return codes_in(z.topics,
                        &kafka::offset_commit_response::topic::partitions);
      },
      {"read group g"},
      {30}};
  all[api_key::offset_fetch] = {
      [](session_fixture& x) {
        kafka::offset_fetch_request y;
        y.groups.resize(1);
        y.groups[0].group_id = "g";
        return codes_of(ask_of<kafka::offset_fetch_response>(x, y).groups);
      },
      {"describe group g"},
      {30}};
  all[api_key::find_coordinator] = {
      [](session_fixture& x) {
        kafka::find_coordinator_request y;
        y.coordinator_keys = {"g"};
        return codes_of(
            ask_of<kafka::find_coordinator_response>(x, y).coordinators);
      },
      {"describe group g"},
      {30}};
  // Only what was found is asked about, and here there is no coordinator.
  add_simple<kafka::list_groups_response>(all, kafka::list_groups_request{}, "",
                                          15);
  all[api_key::list_groups].asked.clear();
}

refusals all_refusals() {
  refusals all;
  add_records(all);
  add_topics(all);
  add_cluster(all);
  add_groups(all);
  return all;
}

} // namespace

TEST_CASE("access: no API is forgotten, and each asks and refuses its own") {
  auto all = all_refusals();
  for (const auto& api : kafka::api_table()) {
    CAPTURE(api.name);
    auto known = all.find(api.key);
    REQUIRE(known != all.end());
    session_fixture x;
    auto judge = std::make_shared<refusing_authoriser>();
    x.authorisation = judge;
    x.start(routing_builder().topic("t", 1, 2, x.partition).build());
    CHECK(known->second.send(x) == known->second.expected);
    CHECK(judge->asked == known->second.asked);
    // Nobody behind the session heard of it.
    CHECK(x.appends.empty());
    CHECK(x.reads.empty());
    CHECK(x.offset_questions.empty());
    CHECK(x.deletions.empty());
    CHECK(x.creations.empty());
    CHECK(x.alterations.empty());
    CHECK(x.reassignments.empty());
    CHECK(x.elections.empty());
    CHECK(x.node_removals.empty());
  }
}

} // namespace troupe::actors
