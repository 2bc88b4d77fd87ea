// SPDX-License-Identifier: Apache-2.0
#include "handlers/answers.h"
#include "handlers/config_resources.h"
#include "handlers/item_bound.h"
#include "routing_fixture.h"

#include <troupe/transport/kafka/api_table.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace troupe::actors::handlers {

namespace {

const kafka::describe_configs_response::config*
find_config(const kafka::describe_configs_response::result_entry& x,
            const std::string& name) {
  auto found = std::ranges::find(
      x.configs, name, &kafka::describe_configs_response::config::name);
  return found != x.configs.end() ? &*found : nullptr;
}

cluster::broker_config config_of_this_node() {
  cluster::broker_config config;
  config.id = this_node;
  return config;
}

} // namespace

TEST_CASE("api_versions: lists every API with its advertised range") {
  auto x = list_apis();
  CHECK(x.error_code == 0);
  CHECK(std::ssize(x.api_keys)
        == std::ranges::count_if(kafka::api_table(),
                                 &kafka::api_info::advertised));
  CHECK(x.api_keys[0].api_key == 0);
  CHECK(x.api_keys[0].min_version == 0);
  CHECK(x.supported_features.empty());
}

TEST_CASE("api_versions: a refusal names the versions to try instead") {
  auto x = refusal_of_api_versions();
  CHECK(x.error_code == 35);
  REQUIRE(x.api_keys.size() == 1);
  CHECK(x.api_keys[0].api_key == 18);
  CHECK(x.api_keys[0].min_version == 0);
  CHECK(x.api_keys[0].max_version == 4);
}

TEST_CASE("init_producer_id: only idempotent producers get an id") {
  using kafka::error_code;
  kafka::init_producer_id_request x;
  CHECK(check_init_producer_id(x) == error_code::none);
  x.producer_id = 5;
  CHECK(check_init_producer_id(x) == error_code::invalid_request);
  x.producer_epoch = 0;
  CHECK(check_init_producer_id(x) == error_code::none);
  x.transactional_id = "";
  CHECK(check_init_producer_id(x) == error_code::invalid_request);
  x.transactional_id = "tx";
  CHECK(check_init_producer_id(x)
        == error_code::transactional_id_authorization_failed);
}

TEST_CASE("create_topics: a topic named twice is refused, others go on") {
  kafka::create_topics_request x;
  for (auto name : {"a", "b", "a", "c"}) {
    x.topics.emplace_back();
    x.topics.back().name = name;
    x.topics.back().num_partitions = 2;
  }
  auto sorted = triage_of(x);
  REQUIRE(x.topics.size() == 3);
  REQUIRE(sorted.asked.size() == 2);
  CHECK(sorted.asked[0].name == "b");
  CHECK(sorted.asked[0].num_partitions == 2);
  auto verdicts = sorted.combine(
      {{}, cluster::decision{cluster::refusal::topic_exists, "there"}});
  REQUIRE(verdicts.size() == 3);
  CHECK(wire_code(verdicts[0]) == 42);
  CHECK(wire_code(verdicts[1]) == 0);
  CHECK(wire_code(verdicts[2]) == 36);
}

TEST_CASE("create_topics: success shows partitions, replicas and configs") {
  auto routes = routing_builder()
                    .topic("a", 1, 3, {}, {{"retention.ms", "5000"}})
                    .build();
  kafka::create_topics_request x;
  x.topics.resize(2);
  x.topics[0].name = "a";
  x.topics[1].name = "b";
  std::vector<problem> verdicts{
      {}, cluster::decision{cluster::refusal::invalid_config, "bad"}};
  auto config = config_of_this_node();
  auto answer = answer_create_topics(x, verdicts, *routes->image, config);
  REQUIRE(answer.topics.size() == 2);
  const auto& made = answer.topics[0];
  CHECK(made.topic_id == id_of(1));
  CHECK(made.num_partitions == 3);
  CHECK(made.replication_factor == 1);
  REQUIRE(made.configs.has_value());
  auto retention =
      std::ranges::find(*made.configs, "retention.ms",
                        &kafka::create_topics_response::config::name);
  REQUIRE(retention != made.configs->end());
  CHECK(retention->value == "5000");
  CHECK(retention->config_source == 1);
  CHECK(answer.topics[1].error_code == 40);
  CHECK(answer.topics[1].error_message == "bad");
  CHECK(answer.topics[1].num_partitions == -1);
  x.validate_only = true;
  auto tried = answer_create_topics(x, verdicts, *routes->image, config);
  CHECK(tried.topics[0].topic_id.is_nil());
  CHECK(tried.topics[0].num_partitions == 3);
}

TEST_CASE("delete_topics: by name or by id, not by both or neither") {
  kafka::delete_topics_request x;
  x.topics = {{"a", {}},       {std::nullopt, id_of(2)},
              {"b", id_of(3)}, {std::nullopt, {}},
              {"c", {}},       {"c", {}}};
  auto sorted = triage_of(x, 6);
  REQUIRE(sorted.checked.size() == 5);
  REQUIRE(sorted.asked.size() == 2);
  CHECK(sorted.asked[0].name == "a");
  CHECK(sorted.asked[1].id == id_of(2));
  auto routes = routing_builder().topic("a", 1, 1).topic("z", 2, 1).build();
  auto verdicts = sorted.combine({{}, {}});
  auto answer = answer_delete_topics(x, 6, verdicts, *routes->image);
  REQUIRE(answer.responses.size() == 5);
  CHECK(answer.responses[0].topic_id == id_of(1));
  CHECK(answer.responses[1].name == "z");
  for (size_t i = 2; i < 5; ++i)
    CHECK(answer.responses[i].error_code == 42);
}

TEST_CASE("delete_topics: old clients learn of disabled deletion their way") {
  kafka::delete_topics_request x;
  x.topic_names = {"a"};
  auto sorted = triage_of(x, 1);
  REQUIRE(sorted.asked.size() == 1);
  CHECK(sorted.asked[0].name == "a");
  std::vector<problem> verdicts{
      cluster::decision{cluster::refusal::topic_deletion_disabled, "off"}};
  auto image = routing_builder().build()->image;
  CHECK(answer_delete_topics(x, 2, verdicts, *image).responses[0].error_code
        == 42);
  CHECK(answer_delete_topics(x, 3, verdicts, *image).responses[0].error_code
        == 73);
}

TEST_CASE("create_partitions: the new total and placement are passed on") {
  kafka::create_partitions_request x;
  x.topics.resize(2);
  x.topics[0].name = "a";
  x.topics[0].count = 4;
  x.topics[0].assignments.emplace();
  x.topics[0].assignments->push_back({{this_node}});
  x.topics[1].name = "b";
  auto sorted = triage_of(x);
  REQUIRE(sorted.asked.size() == 2);
  CHECK(sorted.asked[0].count == 4);
  REQUIRE(sorted.asked[0].assignments.has_value());
  CHECK(sorted.asked[0].assignments->at(0) == std::vector<int32_t>{this_node});
  CHECK_FALSE(sorted.asked[1].assignments.has_value());
}

TEST_CASE("alter_configs: resources are topics and brokers") {
  kafka::alter_configs_request x;
  x.resources = {{2, "a", {{"retention.ms", "1"}}},
                 {4, "1", {}},
                 {4, "", {}},
                 {4, "one", {}},
                 {4, "-1", {}},
                 {8, "1", {}}};
  auto sorted = triage_of(x);
  REQUIRE(sorted.asked.size() == 3);
  CHECK(sorted.asked[0].topic == "a");
  CHECK(sorted.asked[0].replace_all);
  REQUIRE(sorted.asked[0].changes.size() == 1);
  CHECK(sorted.asked[0].changes[0].value == "1");
  CHECK(sorted.asked[1].is_broker);
  CHECK(sorted.asked[1].node == 1);
  CHECK(sorted.asked[2].node == cluster::no_node);
  for (size_t i = 3; i < 6; ++i)
    CHECK(wire_code(sorted.checked[i]) == 42);
}

TEST_CASE("incremental_alter_configs: operations are passed on") {
  kafka::incremental_alter_configs_request x;
  x.resources = {{2, "a", {{"k", 2, "v"}, {"l", 1, std::nullopt}}},
                 {2, "b", {}},
                 {2, "b", {}}};
  auto sorted = triage_of(x);
  REQUIRE(sorted.checked.size() == 2);
  CHECK(wire_code(sorted.checked[1]) == 42);
  REQUIRE(sorted.asked.size() == 1);
  CHECK_FALSE(sorted.asked[0].replace_all);
  CHECK(sorted.asked[0].changes[0].operation
        == cluster::config_operation::append);
  CHECK(sorted.asked[0].changes[1].operation
        == cluster::config_operation::remove);
}

TEST_CASE("describe_configs: a topic's values, sources and synonyms") {
  auto routes = routing_builder()
                    .topic("a", 1, 1, {}, {{"retention.ms", "5000"}})
                    .build();
  kafka::describe_configs_request x;
  x.resources = {{2, "a", std::nullopt}, {2, "a", std::nullopt}};
  auto config = config_of_this_node();
  auto plain = answer_describe_configs(x, *routes->image, config);
  REQUIRE(plain.results.size() == 1);
  const auto* retention = find_config(plain.results[0], "retention.ms");
  REQUIRE(retention != nullptr);
  CHECK(retention->value == "5000");
  CHECK(retention->config_source == 1);
  CHECK_FALSE(retention->is_default);
  CHECK_FALSE(retention->read_only);
  CHECK(retention->config_type == 5);
  CHECK(retention->synonyms.empty());
  CHECK_FALSE(retention->documentation.has_value());
  const auto* policy = find_config(plain.results[0], "cleanup.policy");
  REQUIRE(policy != nullptr);
  CHECK(policy->value == "delete");
  CHECK(policy->config_source == 5);
  CHECK(policy->is_default);
  x.include_synonyms = true;
  x.include_documentation = true;
  x.resources[0].configuration_keys = {"retention.ms", "no.such.key"};
  auto full = answer_describe_configs(x, *routes->image, config);
  REQUIRE(full.results[0].configs.size() == 1);
  const auto& shown = full.results[0].configs[0];
  REQUIRE_FALSE(shown.synonyms.empty());
  CHECK(shown.synonyms[0].value == "5000");
  CHECK(shown.synonyms[0].source == 1);
  CHECK(shown.documentation.has_value());
}

TEST_CASE("describe_configs: this broker, all brokers, and what is neither") {
  auto image = *routing_builder().build()->image;
  image.broker_configs[cluster::no_node] = {{"log.retention.ms", "7000"}};
  kafka::describe_configs_request x;
  x.resources = {{4, "1", std::nullopt},     {4, "", std::nullopt},
                 {4, "2", std::nullopt},     {2, "nope", std::nullopt},
                 {2, "no/pe", std::nullopt}, {8, "1", std::nullopt}};
  auto answer = answer_describe_configs(x, image, config_of_this_node());
  REQUIRE(answer.results.size() == 6);
  const auto* id = find_config(answer.results[0], "node.id");
  if (id == nullptr)
    id = find_config(answer.results[0], "broker.id");
  REQUIRE(id != nullptr);
  CHECK(id->read_only);
  REQUIRE(answer.results[1].configs.size() == 1);
  CHECK(answer.results[1].configs[0].value == "7000");
  CHECK(answer.results[1].configs[0].config_source == 3);
  CHECK(answer.results[2].error_code == 42);
  CHECK(answer.results[3].error_code == 3);
  CHECK(answer.results[4].error_code == 17);
  CHECK(answer.results[5].error_code == 42);
  CHECK(answer.results[5].error_message.has_value());
}

TEST_CASE("item_bound: more items than any client sends are refused") {
  CHECK(check_item_count(request_items_max).has_value());
  CHECK_FALSE(check_item_count(request_items_max + 1).has_value());
  CHECK(check_item_count(metadata_changes_max, metadata_changes_max));
  CHECK_FALSE(check_item_count(metadata_changes_max + 1, metadata_changes_max));
}

} // namespace troupe::actors::handlers
