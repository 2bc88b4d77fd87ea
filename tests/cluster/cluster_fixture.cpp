// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <utility>

namespace troupe::cluster::test {

node_registration member(node_id id, std::string rack) {
  auto x = node(id).node;
  x.rack = std::move(rack);
  x.cluster_host = "host";
  x.cluster_port = static_cast<uint16_t>(7000 + id);
  x.incarnation = test::id(static_cast<uint8_t>(id));
  return x;
}

image_ptr cluster_of(std::initializer_list<node_id> nodes) {
  metadata_delta delta{cluster_created{"cluster"}};
  for (auto id : nodes)
    delta.emplace_back(node_registered{member(id)});
  return image_of(delta);
}

image_ptr with_topic(const image_ptr& before,
                     std::vector<std::vector<node_id>> replicas,
                     config_map configs) {
  topic_image x;
  x.name = "t";
  x.id = id(1);
  x.configs = std::move(configs);
  for (const auto& nodes : replicas) {
    partition_registration partition;
    partition.leader = nodes.front();
    partition.replicas = nodes;
    partition.isr = nodes;
    x.partitions.push_back(partition);
  }
  return after(before, {topic_created{std::move(x)}});
}

const partition_registration&
partition_of(const image_ptr& image, int32_t partition) {
  const auto* x = image->find(topic_partition{"t", partition});
  REQUIRE(x != nullptr);
  return *x;
}

image_ptr
changed(const image_ptr& before, const partition_registration& state) {
  auto x = state;
  x.partition_epoch = partition_of(before).partition_epoch + 1;
  return after(before, {partition_changed{id(1), 0, x}});
}

image_ptr carried_out(const image_ptr& before, const outcome& x) {
  REQUIRE_MESSAGE(x.verdict.ok(), x.verdict.message);
  return after(before, x.records);
}

image_ptr fenced(const image_ptr& before, std::vector<node_id> nodes) {
  return carried_out(before, fresh().fence_nodes(*before, nodes));
}

isr_alteration proposal(const image_ptr& image, std::vector<node_id> isr) {
  const auto& x = partition_of(image);
  isr_alteration asked{x.leader,          id(1),          0, x.leader_epoch,
                       x.partition_epoch, std::move(isr), {}};
  for (auto node : asked.isr) {
    auto known = image->nodes.find(node);
    asked.incarnations.push_back(
        known == image->nodes.end() ? uuid{} : known->second.incarnation);
  }
  return asked;
}

} // namespace troupe::cluster::test
