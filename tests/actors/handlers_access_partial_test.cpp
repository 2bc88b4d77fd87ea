// SPDX-License-Identifier: Apache-2.0
#include "session_fixture.h"

#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/describe_acls.h>
#include <troupe/transport/kafka/messages/describe_cluster.h>
#include <troupe/transport/kafka/messages/describe_topic_partitions.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/metadata.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>

namespace troupe::actors {

namespace {

using operation = authoriser::operation;
using resource = authoriser::resource;

/// Allows what is listed.
class listed final : public authoriser {
public:
  using entry = std::tuple<operation, resource, std::string>;

  explicit listed(std::set<entry> entries) : entries_(std::move(entries)) {}

  bool allows(const question& x) override {
    return entries_.contains({x.what, x.type, std::string(x.name)});
  }

private:
  std::set<entry> entries_;
};

class throwing final : public authoriser {
public:
  bool allows(const question&) override {
    throw std::runtime_error("no answer");
  }
};

std::shared_ptr<authoriser> may(std::set<listed::entry> entries) {
  return std::make_shared<listed>(std::move(entries));
}

listed::entry topic(operation what, const char* name) {
  return {what, resource::topic, name};
}

listed::entry whole_cluster(operation what) {
  return {what, resource::cluster, "kafka-cluster"};
}

} // namespace

TEST_CASE_FIXTURE(session_fixture,
                  "access: what may be written is, beside what may not") {
  authorisation = may({topic(operation::write, "b")});
  start(routing_builder()
            .topic("a", 1, 1, partition)
            .topic("b", 2, 1, partition)
            .build());
  kafka::produce_request x;
  x.acks = 1;
  x.topic_data = {{"a", {{0, {}}}}, {"b", {{0, {}}}}};
  ask(x, 9);
  auto y = answer<kafka::produce_response>(9);
  REQUIRE(y.responses.size() == 2);
  CHECK(y.responses[0].name == "b");
  CHECK(y.responses[0].partition_responses.at(0).error_code == 0);
  CHECK(y.responses[1].name == "a");
  CHECK(y.responses[1].partition_responses.at(0).error_code == 29);
  CHECK(y.responses[1].partition_responses.at(0).base_offset == -1);
  CHECK(appends.size() == 1);
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: a refused write without acks hangs up") {
  authorisation = may({});
  start(routing_builder().topic("a", 1, 1, partition).build());
  kafka::produce_request x;
  x.acks = 0;
  x.topic_data = {{"a", {{0, {}}}}};
  ask(x, 9);
  CHECK_FALSE(connection->closed.empty());
  CHECK(appends.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: a fetch does not wait when a topic is refused") {
  authorisation = may({topic(operation::read, "b")});
  start(routing_builder()
            .topic("a", 1, 1, partition)
            .topic("b", 2, 1, partition)
            .build());
  kafka::fetch_request x;
  x.max_wait_ms = 60'000;
  x.min_bytes = 1;
  x.topics.resize(2);
  x.topics[0].topic = "a";
  x.topics[0].partitions.resize(1);
  x.topics[1].topic = "b";
  x.topics[1].partitions.resize(1);
  ask(x, 12);
  auto y = answer<kafka::fetch_response>(12);
  REQUIRE(y.responses.size() == 2);
  CHECK(y.responses[0].topic == "b");
  CHECK(y.responses[0].partitions.at(0).error_code == 0);
  CHECK(y.responses[1].topic == "a");
  CHECK(y.responses[1].partitions.at(0).error_code == 29);
  CHECK(y.responses[1].partitions.at(0).high_watermark == -1);
  CHECK(reads.size() == 1);
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: an id that nobody has is unknown, not refused") {
  authorisation = may({});
  start(routing_builder().topic("a", 1, 1, partition).build());
  kafka::fetch_request x;
  x.topics.resize(1);
  x.topics[0].topic_id = id_of(9);
  x.topics[0].partitions.resize(1);
  ask(x, 13);
  auto y = answer<kafka::fetch_response>(13);
  CHECK(y.responses.at(0).partitions.at(0).error_code == 100);
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: of all topics only those are told that may be") {
  authorisation = may({topic(operation::describe, "b")});
  start(routing_builder().topic("a", 1, 1).topic("b", 2, 1).build());
  for (int16_t version : {0, 1, 12}) {
    CAPTURE(version);
    kafka::metadata_request x;
    if (version == 0)
      x.topics.emplace();
    ask(x, version);
    auto y = answer<kafka::metadata_response>(version);
    REQUIRE(y.topics.size() == 1);
    CHECK(y.topics[0].name == "b");
    CHECK(y.topics[0].error_code == 0);
  }
  ask(kafka::describe_topic_partitions_request{}, 0);
  auto y = answer<kafka::describe_topic_partitions_response>(0);
  REQUIRE(y.topics.size() == 1);
  CHECK(y.topics[0].name == "b");
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: a list of refused topics does not become all") {
  authorisation = may({topic(operation::describe, "b")});
  start(routing_builder().topic("a", 1, 1).topic("b", 2, 1).build());
  kafka::metadata_request x;
  x.topics.emplace().push_back({{}, "a"});
  ask(x, 0);
  auto y = answer<kafka::metadata_response>(0);
  REQUIRE(y.topics.size() == 1);
  CHECK(y.topics[0].name == "a");
  CHECK(y.topics[0].error_code == 29);
  CHECK(y.topics[0].partitions.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: neither id nor name of a refused topic is told") {
  authorisation = may({});
  start(routing_builder().topic("a", 1, 1).build());
  kafka::metadata_request x;
  x.topics = {{{}, "a"}, {id_of(1), std::nullopt}};
  ask(x, 12);
  auto y = answer<kafka::metadata_response>(12);
  REQUIRE(y.topics.size() == 2);
  CHECK(y.topics[0].name == "a");
  CHECK(y.topics[0].topic_id.is_nil());
  CHECK_FALSE(y.topics[1].name.has_value());
  CHECK(y.topics[1].topic_id == id_of(1));
  CHECK(y.topics[1].error_code == 29);
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: a name beside an id opens no other topic") {
  authorisation = may({topic(operation::describe, "b")});
  start(routing_builder().topic("a", 1, 1).topic("b", 2, 1).build());
  kafka::metadata_request x;
  x.topics.emplace().push_back({id_of(1), "b"});
  ask(x, 12);
  auto y = answer<kafka::metadata_response>(12);
  REQUIRE(y.topics.size() == 1);
  CHECK(y.topics[0].error_code == 29);
  CHECK_FALSE(y.topics[0].name.has_value());
  CHECK(y.topics[0].partitions.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: a topic is made on the way only by who may") {
  authorisation =
      may({topic(operation::describe, "mine"), topic(operation::create, "mine"),
           topic(operation::describe, "yours")});
  auto routes = routing_builder().build();
  start(routes);
  decided.results.resize(1);
  next_routes = routing_builder().topic("mine", 5, 1).build();
  kafka::metadata_request x;
  x.topics = {{{}, "yours"}, {{}, "mine"}};
  ask(x, 12);
  auto y = answer<kafka::metadata_response>(12);
  REQUIRE(creations.size() == 1);
  REQUIRE(creations[0].topics.size() == 1);
  CHECK(creations[0].topics[0].name == "mine");
  REQUIRE(y.topics.size() == 2);
  CHECK(y.topics[0].name == "mine");
  CHECK(y.topics[0].topic_id == id_of(5));
  CHECK(y.topics[1].name == "yours");
  CHECK(y.topics[1].error_code == 29);
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: who may create on the cluster may create any topic, "
                  "and sees configurations only if allowed") {
  authorisation = may({whole_cluster(operation::create)});
  start(routing_builder().topic("n", 1, 3).build());
  decided.results.resize(1);
  kafka::create_topics_request x;
  x.topics.resize(1);
  x.topics[0].name = "n";
  ask(x, 7);
  auto y = answer<kafka::create_topics_response>(7);
  REQUIRE(y.topics.size() == 1);
  CHECK(y.topics[0].error_code == 0);
  CHECK(y.topics[0].topic_config_error_code == 29);
  CHECK(y.topics[0].num_partitions == -1);
  CHECK_FALSE(y.topics[0].configs.has_value());
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: operations are told as they are allowed") {
  authorisation = may(
      {topic(operation::describe, "a"), topic(operation::read, "a"),
       whole_cluster(operation::describe), whole_cluster(operation::alter)});
  start(routing_builder().topic("a", 1, 1).build());
  kafka::metadata_request x;
  x.include_topic_authorized_operations = true;
  x.include_cluster_authorized_operations = true;
  ask(x, 8);
  auto y = answer<kafka::metadata_response>(8);
  CHECK(y.topics.at(0).topic_authorized_operations == (1 << 3 | 1 << 8));
  CHECK(y.cluster_authorized_operations == (1 << 7 | 1 << 8));
  kafka::describe_cluster_request z;
  z.include_cluster_authorized_operations = true;
  ask(z, 1);
  auto found = answer<kafka::describe_cluster_response>(1);
  CHECK(found.cluster_authorized_operations == (1 << 7 | 1 << 8));
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: who may not describe the cluster may do nothing") {
  authorisation = may({whole_cluster(operation::alter)});
  start(routing_builder().build());
  kafka::describe_cluster_request x;
  x.include_cluster_authorized_operations = true;
  ask(x, 1);
  auto y = answer<kafka::describe_cluster_response>(1);
  CHECK(y.error_code == 0);
  CHECK(y.cluster_authorized_operations == 0);
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: who may write to some topic gets a producer id") {
  authorisation = may({topic(operation::write, "b")});
  start(routing_builder().topic("a", 1, 1).topic("b", 2, 1).build());
  ask(kafka::init_producer_id_request{}, 4);
  CHECK(answer<kafka::init_producer_id_response>(4).producer_id == 1000);
}

TEST_CASE_FIXTURE(session_fixture, "access: one that throws has refused") {
  authorisation = std::make_shared<throwing>();
  start(routing_builder().topic("a", 1, 1, partition).build());
  kafka::list_offsets_request x;
  x.topics = {{"a", {{0, -1, -1}}}};
  ask(x, 7);
  auto y = answer<kafka::list_offsets_response>(7);
  CHECK(y.topics.at(0).partitions.at(0).error_code == 29);
  CHECK(connection->closed.empty());
}

TEST_CASE_FIXTURE(session_fixture,
                  "access: an authoriser is there, and keeps no list") {
  authorisation = may({whole_cluster(operation::describe)});
  start(routing_builder().build());
  ask(kafka::describe_acls_request{}, 3);
  auto y = answer<kafka::describe_acls_response>(3);
  CHECK(y.error_code == 54);
  CHECK(y.error_message->find("keeps no") != std::string::npos);
}

} // namespace troupe::actors
