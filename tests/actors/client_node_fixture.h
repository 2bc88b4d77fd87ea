// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "node_client.h"

#include <troupe/actors/node.h>
#include <troupe/actors/outgoing_record.h>
#include <troupe/storage/record_batch.h>
#include <troupe/transport/kafka/messages/fetch.h>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A whole node in a temporary directory, with one topic.
struct client_node_fixture {
  explicit client_node_fixture(
      int32_t partitions = 1,
      std::vector<std::pair<std::string, std::string>> configs = {},
      const std::function<void(cluster::broker_config&)>& change = {}) {
    node_options options;
    options.temporary = true;
    options.config.lanes = 2;
    if (change)
      change(options.config);
    auto made = node::start(std::move(options));
    REQUIRE_MESSAGE(made, made.error().message);
    home = std::move(*made);
    cluster::new_topic topic;
    topic.name = "orders";
    topic.num_partitions = partitions;
    for (auto& [name, value] : configs)
      topic.configs.emplace_back(std::move(name), std::move(value));
    auto created = home->create_topic(topic);
    REQUIRE_MESSAGE(created, created.error().message);
  }

  static outgoing_record record(std::string value, int32_t partition = 0) {
    outgoing_record x;
    x.topic = "orders";
    x.partition = partition;
    x.value = std::move(value);
    return x;
  }

  /// What a Kafka client reads from the beginning, through a socket.
  std::vector<std::string> fetched(int32_t partition = 0) const {
    constexpr int16_t version = 12;
    node_client client(home->address());
    kafka::fetch_request asked;
    auto& topic = asked.topics.emplace_back();
    topic.topic = "orders";
    auto& from = topic.partitions.emplace_back();
    from.partition = partition;
    from.partition_max_bytes = 64 << 20;
    std::vector<std::string> all;
    // One answer has records of one segment.
    for (;;) {
      auto answer = client.ask<kafka::fetch_response>(asked, version);
      const auto& found = answer.responses.at(0).partitions.at(0);
      REQUIRE(found.error_code == 0);
      auto some = values(found.records.bytes.bytes());
      if (some.empty())
        return all;
      from.fetch_offset += static_cast<int64_t>(some.size());
      all.insert(all.end(), some.begin(), some.end());
    }
  }

  /// Of whole batches.
  static std::vector<std::string> values(std::span<const std::byte> bytes) {
    std::vector<std::string> all;
    while (!bytes.empty()) {
      auto header = storage::parse_batch_header(bytes);
      REQUIRE(header);
      auto done =
          storage::for_each_record(bytes.first(header->size_bytes()), 64 << 20,
                                   [&](const storage::record_view& x) {
                                     all.emplace_back(x.value.value_or(""));
                                     return true;
                                   });
      REQUIRE(done);
      bytes = bytes.subspan(header->size_bytes());
    }
    return all;
  }

  std::unique_ptr<node> home;
};

} // namespace troupe::actors
