// SPDX-License-Identifier: Apache-2.0
#include "node_records.h"

#include <troupe/transport/kafka/messages/incremental_alter_configs.h>

namespace troupe::actors {

std::unique_ptr<node> started(std::map<std::string, stage_factory> stages) {
  node_options options;
  options.temporary = true;
  options.config.lanes = 2;
  options.stages = std::move(stages);
  auto x = node::start(std::move(options));
  REQUIRE_MESSAGE(x, x.error().message);
  return std::move(*x);
}

void create(node& x, const std::string& name, config_list configs) {
  cluster::new_topic topic;
  topic.name = name;
  topic.num_partitions = 1;
  topic.configs = std::move(configs);
  auto done = x.create_topic(topic);
  REQUIRE_MESSAGE(done, done.error().message);
}

kafka::produce_response::partition
produce(node_client& client, const std::string& topic, const texts& values,
        storage::codec with) {
  storage::batch_builder batch(with);
  for (const auto& x : values)
    batch.add(1'000, "k", x);
  kafka::produce_request request;
  request.acks = -1;
  request.timeout_ms = 30'000;
  auto& to = request.topic_data.emplace_back();
  to.name = topic;
  auto& what = to.partition_data.emplace_back();
  what.index = 0;
  what.records.bytes = batch.build();
  auto answer = client.ask<kafka::produce_response>(request, 9);
  REQUIRE(answer.responses.size() == 1);
  return answer.responses[0].partition_responses.at(0);
}

kafka::fetch_response::partition
fetch(node_client& client, const std::string& topic, storage::offset_t from) {
  kafka::fetch_request request;
  request.max_bytes = 1 << 20;
  request.session_epoch = -1;
  auto& asked = request.topics.emplace_back();
  asked.topic = topic;
  auto& what = asked.partitions.emplace_back();
  what.fetch_offset = from;
  what.partition_max_bytes = 1 << 20;
  auto answer = client.ask<kafka::fetch_response>(request, 11);
  return answer.responses.at(0).partitions.at(0);
}

texts fetched(node_client& client, const std::string& topic,
              storage::offset_t from) {
  auto answer = fetch(client, topic, from);
  CHECK(is(answer, kafka::error_code::none));
  texts found;
  auto left = answer.records.bytes.bytes();
  while (!left.empty()) {
    auto header = storage::parse_batch_header(left);
    REQUIRE(header.has_value());
    REQUIRE(storage::for_each_record(
        left, 1 << 20, [&](const storage::record_view& x) {
          found.push_back(std::to_string(x.offset) + ":"
                          + std::string(x.value.value_or("-")));
          return true;
        }));
    left = left.subspan(header->size_bytes());
  }
  return found;
}

void set_config(node_client& client, const std::string& topic,
                const std::string& key, const std::string& value) {
  constexpr int8_t of_a_topic = 2;
  constexpr int8_t set = 0;
  constexpr int8_t remove = 1;
  kafka::incremental_alter_configs_request request;
  auto& resource = request.resources.emplace_back();
  resource.resource_type = of_a_topic;
  resource.resource_name = topic;
  if (value.empty())
    resource.configs.push_back({key, remove, std::nullopt});
  else
    resource.configs.push_back({key, set, value});
  auto answer =
      client.ask<kafka::incremental_alter_configs_response>(request, 1);
  REQUIRE(answer.responses.size() == 1);
  REQUIRE(answer.responses[0].error_code == 0);
}

stage_factory making(record_stage x) {
  return [x = std::move(x)](const stage_settings&) { return x; };
}

} // namespace troupe::actors
