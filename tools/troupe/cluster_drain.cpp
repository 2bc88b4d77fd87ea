// SPDX-License-Identifier: Apache-2.0
#include "cluster_drain.h"

#include <troupe/transport/kafka/messages/incremental_alter_configs.h>
#include <troupe/transport/kafka/messages/unregister_broker.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

namespace troupe::admin {

namespace {

constexpr std::chrono::seconds poll_interval{1};

tl::unexpected<storage::error>
refused(const std::string& what, int16_t error_code,
        const std::optional<std::string>& message) {
  auto text = message ? fmt::format("{} ({})", what, *message) : what;
  return bench::broker_error(text, error_code);
}

result<void> mark_draining(bench::broker_client& broker, int32_t node) {
  constexpr int8_t broker_resource = 4;
  constexpr int8_t set = 0;
  kafka::incremental_alter_configs_request request;
  request.resources.push_back({broker_resource,
                               std::to_string(node),
                               {{"troupe.node.draining", set, "true"}}});
  auto answer = broker.ask<kafka::incremental_alter_configs_response>(request);
  if (!answer)
    return tl::unexpected(answer.error());
  for (const auto& x : answer->responses)
    if (x.error_code != 0)
      return refused(fmt::format("drain node {}", node), x.error_code,
                     x.error_message);
  return {};
}

} // namespace

size_t replicas_on(const kafka::metadata_response& x, int32_t node) {
  size_t count = 0;
  for (const auto& topic : x.topics)
    count += static_cast<size_t>(
        std::ranges::count_if(topic.partitions, [&](const auto& partition) {
          const auto& nodes = partition.replica_nodes;
          return std::ranges::find(nodes, node) != nodes.end();
        }));
  return count;
}

result<void> drain(bench::broker_client& broker, int32_t node,
                   std::chrono::seconds patience) {
  if (auto marked = mark_draining(broker, node); !marked)
    return marked;
  auto deadline = std::chrono::steady_clock::now() + patience;
  std::optional<size_t> told;
  for (;;) {
    auto metadata =
        broker.ask<kafka::metadata_response>(kafka::metadata_request{});
    if (!metadata)
      return tl::unexpected(metadata.error());
    auto left = replicas_on(*metadata, node);
    if (left == 0) {
      fmt::print("node {} hosts nothing any more; stop it, then remove it\n",
                 node);
      return {};
    }
    if (told != left)
      fmt::print("{} partitions left on node {}\n", left, node);
    told = left;
    std::fflush(stdout);
    if (std::chrono::steady_clock::now() >= deadline)
      return failure(storage::errc::busy,
                     fmt::format("node {} still hosts {} partitions; it goes "
                                 "on draining",
                                 node, left));
    std::this_thread::sleep_for(poll_interval);
  }
}

result<void> remove(bench::broker_client& broker, int32_t node) {
  kafka::unregister_broker_request request;
  request.broker_id = node;
  auto answer = broker.ask<kafka::unregister_broker_response>(request);
  if (!answer)
    return tl::unexpected(answer.error());
  if (answer->error_code != 0)
    return refused(fmt::format("remove node {}", node), answer->error_code,
                   answer->error_message);
  return {};
}

} // namespace troupe::admin
