// SPDX-License-Identifier: Apache-2.0
#include "cluster_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace troupe::admin {

namespace {

/// The log that the quorum keeps.
constexpr const char* metadata_topic = "__cluster_metadata";

constexpr const char* unknown = "-";

struct node_row {
  std::string role = unknown;
  std::string address = "not heard from";
  std::string rack = unknown;
  std::string end = unknown;
  std::string lag = unknown;
  std::string caught_up = unknown;
  size_t leads = 0;
  size_t replicas = 0;
  size_t out_of_sync = 0;
};

using node_rows = std::map<int32_t, node_row>;
using replica = kafka::describe_quorum_response::replica;

int64_t end_of_leader(const kafka::describe_quorum_response::partition& x) {
  for (const auto& voter : x.current_voters)
    if (voter.replica_id == x.leader_id)
      return voter.log_end_offset;
  return x.high_watermark;
}

std::string time_since(int64_t then_ms, int64_t now_ms) {
  if (then_ms < 0)
    return "never";
  auto ago_ms = std::max<int64_t>(now_ms - then_ms, 0);
  return fmt::format("{}.{} s ago", ago_ms / 1000, ago_ms % 1000 / 100);
}

void add_member(node_row& to, const replica& x, const char* role,
                int64_t leader_end, int64_t now_ms) {
  to.role = role;
  if (x.log_end_offset >= 0) {
    to.end = std::to_string(x.log_end_offset);
    to.lag =
        std::to_string(std::max<int64_t>(leader_end - x.log_end_offset, 0));
  }
  to.caught_up = time_since(x.last_caught_up_timestamp, now_ms);
}

void add_quorum(node_rows& rows,
                const kafka::describe_quorum_response::partition& x,
                int64_t now_ms) {
  auto end = end_of_leader(x);
  for (const auto& y : x.current_voters)
    add_member(rows[y.replica_id], y,
               y.replica_id == x.leader_id ? "leader" : "voter", end, now_ms);
  for (const auto& y : x.observers)
    add_member(rows[y.replica_id], y, "observer", end, now_ms);
}

bool contains(const std::vector<int32_t>& xs, int32_t x) {
  return std::ranges::find(xs, x) != xs.end();
}

void add_metadata(node_rows& rows, const kafka::metadata_response& x) {
  for (const auto& broker : x.brokers) {
    auto& row = rows[broker.node_id];
    row.address = fmt::format("{}:{}", broker.host, broker.port);
    row.rack = broker.rack.value_or(unknown);
  }
  for (const auto& topic : x.topics)
    for (const auto& partition : topic.partitions) {
      if (partition.leader_id >= 0)
        ++rows[partition.leader_id].leads;
      for (auto node : partition.replica_nodes) {
        ++rows[node].replicas;
        if (!contains(partition.isr_nodes, node))
          ++rows[node].out_of_sync;
      }
    }
}

size_t leaderless(const kafka::metadata_response& x) {
  size_t count = 0;
  for (const auto& topic : x.topics)
    count += static_cast<size_t>(
        std::ranges::count_if(topic.partitions, [](const auto& partition) {
          return partition.leader_id < 0;
        }));
  return count;
}

} // namespace

result<cluster_status> ask_status(bench::broker_client& broker) {
  cluster_status x;
  auto metadata =
      broker.ask<kafka::metadata_response>(kafka::metadata_request{});
  if (!metadata)
    return tl::unexpected(metadata.error());
  x.metadata = std::move(*metadata);
  kafka::describe_quorum_request request;
  request.topics.push_back({metadata_topic, {{0}}});
  auto quorum = broker.ask<kafka::describe_quorum_response>(request);
  if (!quorum)
    return tl::unexpected(quorum.error());
  if (quorum->error_code != 0)
    return bench::broker_error("describe the quorum", quorum->error_code);
  if (quorum->topics.empty() || quorum->topics[0].partitions.empty())
    return failure(storage::errc::invalid_argument,
                   "the broker did not describe its quorum");
  x.quorum = std::move(quorum->topics[0].partitions[0]);
  if (x.quorum.error_code != 0)
    return bench::broker_error("describe the quorum", x.quorum.error_code);
  return x;
}

std::string print(const cluster_status& x, int64_t now_ms) {
  node_rows rows;
  add_quorum(rows, x.quorum, now_ms);
  add_metadata(rows, x.metadata);
  auto text =
      fmt::format("cluster {}, metadata led by {} in epoch {}, "
                  "committed up to {}\n",
                  x.metadata.cluster_id.value_or(unknown), x.quorum.leader_id,
                  x.quorum.leader_epoch, x.quorum.high_watermark);
  constexpr const char* form = "{:>6}  {:<8}  {:<24}  {:<10}  {:>10}  {:>8}  "
                               "{:>12}  {:>7}  {:>8}  {:>11}\n";
  text += fmt::format(fmt::runtime(form), "NODE", "ROLE", "ADDRESS", "RACK",
                      "LOG END", "LAG", "CAUGHT UP", "LEADS", "REPLICAS",
                      "OUT OF SYNC");
  for (const auto& [id, row] : rows)
    text += fmt::format(fmt::runtime(form), id, row.role, row.address, row.rack,
                        row.end, row.lag, row.caught_up, row.leads,
                        row.replicas, row.out_of_sync);
  if (auto count = leaderless(x.metadata); count > 0)
    text += fmt::format("{} partitions have no leader\n", count);
  return text;
}

} // namespace troupe::admin
