// SPDX-License-Identifier: Apache-2.0
#include "bench_cluster.h"

#include "bench_broker.h"
#include "bench_clock.h"
#include "bench_frames.h"

#include <troupe/transport/kafka/error_code.h>
#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/delete_topics.h>
#include <troupe/transport/kafka/messages/init_producer_id.h>
#include <troupe/transport/kafka/messages/list_offsets.h>
#include <troupe/transport/kafka/messages/metadata.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>

namespace troupe::bench {

namespace {

constexpr int64_t latest = -1;
constexpr int64_t earliest = -2;
/// How often a topic is asked for that has no leaders yet.
constexpr std::chrono::milliseconds metadata_pause{50};

int32_t timeout_ms(const bench_options& options) {
  return static_cast<int32_t>(options.timeout_s * 1000);
}

bool is(int16_t error_code, kafka::error_code x) {
  return error_code == static_cast<int16_t>(x);
}

result<broker_client> open_bootstrap(const bench_options& options) {
  auto bootstrap = parse_address(options.bootstrap);
  if (!bootstrap)
    return tl::unexpected(bootstrap.error());
  return broker_client::open(*bootstrap, options.timeout_s);
}

result<void> create_topic(broker_client& broker, const bench_options& options) {
  kafka::create_topics_request::topic topic;
  topic.name = options.topic;
  topic.num_partitions = std::max(options.partitions, 1);
  topic.replication_factor = options.replication_factor;
  for (const auto& text : options.topic_configs) {
    auto equals = text.find('=');
    if (equals == std::string::npos)
      return failure(storage::errc::invalid_argument,
                     fmt::format("--topic-config '{}' is not key=value", text));
    topic.configs.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  kafka::create_topics_request request;
  request.topics.push_back(std::move(topic));
  request.timeout_ms = timeout_ms(options);
  auto response = broker.ask<kafka::create_topics_response>(request);
  if (!response)
    return tl::unexpected(response.error());
  for (const auto& x : response->topics)
    if (x.error_code != 0
        && !is(x.error_code, kafka::error_code::topic_already_exists))
      return broker_error(fmt::format("create topic '{}' ({})", options.topic,
                                      x.error_message.value_or("")),
                          x.error_code);
  return {};
}

/// Partitions with a leader; empty when some have none yet.
std::vector<bench_partition>
led_partitions(const kafka::metadata_response& response,
               const kafka::metadata_response::topic& topic) {
  std::map<int32_t, address> brokers;
  for (const auto& x : response.brokers)
    brokers[x.node_id] = {x.host, static_cast<uint16_t>(x.port)};
  std::vector<bench_partition> found;
  for (const auto& x : topic.partitions) {
    auto leader = brokers.find(x.leader_id);
    if (leader == brokers.end())
      return {};
    found.push_back({x.partition_index, leader->second});
  }
  std::ranges::sort(found, {}, &bench_partition::index);
  return found;
}

result<std::vector<bench_partition>>
find_partitions(broker_client& broker, const bench_options& options,
                bool create_missing) {
  kafka::metadata_request request;
  request.topics.emplace().push_back({{}, options.topic});
  request.allow_auto_topic_creation = false;
  auto deadline = now_ns() + from_seconds(options.timeout_s);
  auto created = false;
  do {
    auto response = broker.ask<kafka::metadata_response>(request);
    if (!response)
      return tl::unexpected(response.error());
    if (response->topics.size() != 1)
      return failure(storage::errc::invalid_argument,
                     "the broker's metadata is not about the topic asked for");
    const auto& topic = response->topics.front();
    auto missing =
        is(topic.error_code, kafka::error_code::unknown_topic_or_partition);
    auto settling =
        is(topic.error_code, kafka::error_code::leader_not_available);
    if (topic.error_code == 0)
      if (auto led = led_partitions(*response, topic); !led.empty())
        return led;
    if (missing && create_missing && !created) {
      if (auto done = create_topic(broker, options); !done)
        return tl::unexpected(done.error());
      created = true;
      continue;
    }
    if (topic.error_code != 0 && !settling && !(missing && created))
      return broker_error(fmt::format("find topic '{}'", options.topic),
                          topic.error_code);
    std::this_thread::sleep_for(metadata_pause);
  } while (now_ns() < deadline);
  return failure(
      storage::errc::io,
      fmt::format("topic '{}' had no leaders within --timeout", options.topic));
}

/// A leader of a new topic may not know of it yet, or still open its log.
bool settles(const kafka::list_offsets_response& x) {
  for (const auto& topic : x.topics)
    for (const auto& partition : topic.partitions)
      for (auto passing : {kafka::error_code::not_leader_or_follower,
                           kafka::error_code::unknown_topic_or_partition,
                           kafka::error_code::leader_not_available})
        if (is(partition.error_code, passing))
          return true;
  return false;
}

/// Fills one kind of offset for the partitions that `leader` leads.
result<void> list_offsets(broker_client& broker, const address& leader,
                          const bench_options& options, int64_t timestamp,
                          std::vector<bench_partition>& partitions) {
  kafka::list_offsets_request request;
  request.replica_id = -1;
  auto& topic = request.topics.emplace_back();
  topic.name = options.topic;
  for (const auto& x : partitions)
    if (x.leader == leader)
      topic.partitions.push_back({x.index, -1, timestamp});
  // Later ones add leader epochs, which librdkafka's mock broker gets wrong.
  constexpr int16_t version_max = 3;
  auto ask = [&] {
    return broker.ask<kafka::list_offsets_response>(request, version_max);
  };
  auto deadline = now_ns() + from_seconds(options.timeout_s);
  auto response = ask();
  while (response && settles(*response) && now_ns() < deadline) {
    std::this_thread::sleep_for(metadata_pause);
    response = ask();
  }
  if (!response)
    return tl::unexpected(response.error());
  for (const auto& answered : response->topics) {
    for (const auto& x : answered.partitions) {
      if (x.error_code != 0)
        return broker_error(fmt::format("list offsets of {}-{}", options.topic,
                                        x.partition_index),
                            x.error_code);
      auto found = std::ranges::find(partitions, x.partition_index,
                                     &bench_partition::index);
      if (found != partitions.end())
        (timestamp == latest ? found->end_offset : found->start_offset) =
            x.offset;
    }
  }
  return {};
}

result<void> fill_offsets(const bench_options& options,
                          std::vector<bench_partition>& partitions) {
  std::set<address> leaders;
  for (const auto& x : partitions)
    leaders.insert(x.leader);
  for (const auto& leader : leaders) {
    auto broker = broker_client::open(leader, options.timeout_s);
    if (!broker)
      return tl::unexpected(broker.error());
    for (auto timestamp : {earliest, latest})
      if (auto done =
              list_offsets(*broker, leader, options, timestamp, partitions);
          !done)
        return done;
  }
  return {};
}

result<std::vector<bench_partition>>
assumed_partitions(const bench_options& options) {
  auto leader = parse_address(options.bootstrap);
  if (!leader)
    return tl::unexpected(leader.error());
  std::vector<bench_partition> assumed;
  for (int32_t i = 0; i < std::max(options.partitions, 1); ++i)
    assumed.push_back({i, *leader, 0, options.end_offset});
  return assumed;
}

} // namespace

result<std::vector<bench_partition>>
prepare_topic(const bench_options& options, bool create_missing) {
  if (options.no_setup)
    return assumed_partitions(options);
  auto broker = open_bootstrap(options);
  if (!broker)
    return tl::unexpected(broker.error());
  for (auto [api, version] :
       {std::pair(kafka::api_key::produce, produce_version),
        std::pair(kafka::api_key::fetch, fetch_version)})
    if (auto served = broker->require(api, version); !served)
      return tl::unexpected(served.error());
  auto partitions = find_partitions(*broker, options, create_missing);
  if (!partitions)
    return partitions;
  auto wanted = static_cast<size_t>(options.partitions);
  if (wanted > partitions->size())
    return failure(storage::errc::invalid_argument,
                   fmt::format("topic '{}' has only {} partitions",
                               options.topic, partitions->size()));
  if (wanted > 0)
    partitions->resize(wanted);
  if (auto filled = fill_offsets(options, *partitions); !filled)
    return tl::unexpected(filled.error());
  return partitions;
}

result<storage::producer_id_t> new_producer_id(const bench_options& options) {
  if (options.no_setup)
    return failure(storage::errc::invalid_argument,
                   "--idempotent needs a broker, not --no-setup");
  auto broker = open_bootstrap(options);
  if (!broker)
    return tl::unexpected(broker.error());
  kafka::init_producer_id_request request;
  request.transaction_timeout_ms = timeout_ms(options);
  auto response = broker->ask<kafka::init_producer_id_response>(request);
  if (!response)
    return tl::unexpected(response.error());
  if (response->error_code != 0)
    return broker_error("ask for a producer id", response->error_code);
  return response->producer_id;
}

result<void> delete_topic(const bench_options& options) {
  auto broker = open_bootstrap(options);
  if (!broker)
    return tl::unexpected(broker.error());
  kafka::delete_topics_request request;
  // Each version encodes one of the two.
  request.topics.push_back({options.topic, {}});
  request.topic_names.push_back(options.topic);
  request.timeout_ms = timeout_ms(options);
  auto response = broker->ask<kafka::delete_topics_response>(request);
  if (!response)
    return tl::unexpected(response.error());
  for (const auto& x : response->responses)
    if (x.error_code != 0)
      return broker_error(fmt::format("delete topic '{}'", options.topic),
                          x.error_code);
  return {};
}

} // namespace troupe::bench
