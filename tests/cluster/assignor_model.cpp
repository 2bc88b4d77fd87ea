// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/assignor_model.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster::test {

namespace {

std::vector<storage::uuid> ids(const std::vector<size_t>& topics) {
  std::vector<storage::uuid> x;
  for (auto topic : topics)
    x.push_back(topic_id(topic));
  std::sort(x.begin(), x.end());
  return x;
}

} // namespace

storage::uuid topic_id(size_t number) {
  storage::uuid id;
  id.bytes[0] = static_cast<uint8_t>(1 + number / 256);
  id.bytes[1] = static_cast<uint8_t>(number);
  return id;
}

size_t spread(const std::vector<partition_assignment>& given) {
  size_t least = SIZE_MAX;
  size_t most = 0;
  for (const auto& x : given) {
    least = std::min(least, partition_count(x));
    most = std::max(most, partition_count(x));
  }
  return given.empty() ? 0 : most - least;
}

assignor_model::assignor_model(std::vector<int32_t> partition_counts)
    : partition_counts_(std::move(partition_counts)) {}

void assignor_model::add(std::string id, const std::vector<size_t>& topics,
                         std::string instance_id) {
  members_.push_back({std::move(id), std::move(instance_id), ids(topics), {}});
}

void assignor_model::remove(std::string_view id) {
  std::erase_if(members_, [&](const member& x) { return x.id == id; });
}

void assignor_model::subscribe(std::string_view id,
                               const std::vector<size_t>& topics) {
  for (auto& x : members_)
    if (x.id == id)
      x.topics = ids(topics);
}

void assignor_model::resize(size_t topic, int32_t partition_count) {
  partition_counts_.at(topic) = partition_count;
}

group_topics assignor_model::topics() const {
  std::vector<group_topic> all;
  for (size_t i = 0; i < partition_counts_.size(); ++i)
    all.push_back({"t" + std::to_string(i), topic_id(i), partition_counts_[i]});
  return {std::move(all), 1};
}

std::vector<assignor_member> assignor_model::views() const {
  std::vector<assignor_member> views;
  for (const auto& x : members_)
    views.push_back({x.id, x.instance_id, x.topics, &x.target});
  return views;
}

std::vector<partition_assignment> assignor_model::assign(assignor which) const {
  return cluster::assign(which, views(), topics());
}

std::vector<partition_assignment>
assignor_model::assign_reversed(assignor which) const {
  auto members = views();
  std::reverse(members.begin(), members.end());
  auto given = cluster::assign(which, members, topics());
  std::reverse(given.begin(), given.end());
  return given;
}

void assignor_model::keep(std::vector<partition_assignment> given) {
  REQUIRE(given.size() == members_.size());
  for (size_t i = 0; i < given.size(); ++i)
    members_[i].target = std::move(given[i]);
}

size_t
assignor_model::moved(const std::vector<partition_assignment>& given) const {
  size_t count = 0;
  for (size_t i = 0; i < given.size(); ++i)
    count += partition_count(without(given[i], members_[i].target));
  return count;
}

void assignor_model::check_complete(
    const std::vector<partition_assignment>& given) const {
  REQUIRE(given.size() == members_.size());
  for (size_t topic = 0; topic < partition_counts_.size(); ++topic) {
    auto id = topic_id(topic);
    std::vector<size_t> owners(static_cast<size_t>(partition_counts_[topic]));
    bool subscribed = false;
    for (size_t i = 0; i < given.size(); ++i) {
      const auto& wanted = members_[i].topics;
      bool wants = std::binary_search(wanted.begin(), wanted.end(), id);
      subscribed = subscribed || wants;
      auto entry = given[i].find(id);
      if (entry == given[i].end())
        continue;
      REQUIRE(wants);
      REQUIRE_FALSE(entry->second.empty());
      REQUIRE(std::is_sorted(entry->second.begin(), entry->second.end()));
      for (auto partition : entry->second)
        ++owners.at(static_cast<size_t>(partition));
    }
    for (auto count : owners)
      REQUIRE(count == (subscribed ? 1 : 0));
  }
}

} // namespace troupe::cluster::test
