// SPDX-License-Identifier: Apache-2.0
#include <consumer_group_assignor.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <tuple>

namespace troupe::cluster {

namespace {

/// Static members come first: their names outlive a restart, so the ranges
/// that they get do, too.
std::vector<size_t> range_order(std::span<const assignor_member> members) {
  std::vector<size_t> order(members.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t x, size_t y) {
    auto key = [](const assignor_member& member) {
      return std::make_tuple(member.instance_id.empty(), member.instance_id,
                             member.id);
    };
    return key(members[x]) < key(members[y]);
  });
  return order;
}

} // namespace

std::string_view to_string(assignor x) noexcept {
  switch (x) {
  case assignor::uniform:
    return "uniform";
  case assignor::range:
    return "range";
  }
  return "unknown";
}

std::optional<assignor> parse_assignor(std::string_view name) noexcept {
  for (auto x : {assignor::uniform, assignor::range})
    if (name == to_string(x))
      return x;
  return std::nullopt;
}

std::vector<partition_assignment>
assign(assignor which, std::span<const assignor_member> members,
       const group_topics& topics) {
  switch (which) {
  case assignor::uniform:
    return assign_uniformly(members, topics);
  case assignor::range:
    return assign_range(members, topics);
  }
  return std::vector<partition_assignment>(members.size());
}

std::vector<partition_assignment>
assign_range(std::span<const assignor_member> members,
             const group_topics& topics) {
  std::map<storage::uuid, std::vector<size_t>> subscribers;
  for (auto member : range_order(members))
    for (const auto& topic : members[member].topics)
      subscribers[topic].push_back(member);
  std::vector<partition_assignment> assignments(members.size());
  for (const auto& [id, takers] : subscribers) {
    const auto* topic = topics.find(id);
    if (topic == nullptr)
      continue;
    auto count = static_cast<size_t>(topic->partition_count);
    auto share = count / takers.size();
    auto larger_shares = count % takers.size();
    int32_t next = 0;
    for (size_t i = 0; i < takers.size() && next < topic->partition_count;
         ++i) {
      std::vector<int32_t> range(share + (i < larger_shares ? 1 : 0));
      std::iota(range.begin(), range.end(), next);
      next += static_cast<int32_t>(range.size());
      assignments[takers[i]].emplace(id, std::move(range));
    }
  }
  return assignments;
}

} // namespace troupe::cluster
