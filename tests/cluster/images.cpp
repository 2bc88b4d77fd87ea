// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster::test {

image_ptr after(const image_ptr& before, const metadata_delta& delta) {
  auto end = before->end_offset + static_cast<offset_t>(delta.size());
  auto image = apply(*before, delta, end);
  REQUIRE_MESSAGE(image, image.error().message);
  return *image;
}

image_ptr image_of(const metadata_delta& delta) {
  return after(std::make_shared<const metadata_image>(), delta);
}

uuid id(uint8_t last_byte) {
  uuid x;
  x.bytes.back() = last_byte;
  return x;
}

node_registered node(node_id id) {
  return {{id, "host", static_cast<uint16_t>(9092 + id), ""}};
}

partition_registration partition(std::initializer_list<node_id> replicas) {
  partition_registration x;
  x.leader = *replicas.begin();
  x.replicas = replicas;
  x.isr = replicas;
  return x;
}

topic_created
topic(std::string name, uuid id, size_t partitions, config_map configs) {
  topic_image x;
  x.name = std::move(name);
  x.id = id;
  x.partitions.assign(partitions, partition({0}));
  x.configs = std::move(configs);
  return {std::move(x)};
}

bool same(const metadata_image& a, const metadata_image& b) {
  auto same_topics = [&b](const auto& entry) {
    const auto& topic = *entry.second;
    const auto* by_name = b.find(topic.name);
    const auto* by_id = b.find(topic.id);
    return by_name != nullptr && by_name == by_id && *by_name == topic
           && entry.first == topic.name;
  };
  return a.end_offset == b.end_offset && a.cluster_id == b.cluster_id
         && a.topics.size() == b.topics.size()
         && a.topics_by_id.size() == b.topics_by_id.size()
         && a.topics.size() == a.topics_by_id.size()
         && std::all_of(a.topics.begin(), a.topics.end(), same_topics)
         && a.nodes == b.nodes && a.voters == b.voters && a.broker_configs == b.broker_configs
         && a.next_producer_id == b.next_producer_id
         && a.partition_count() == b.partition_count();
}

} // namespace troupe::cluster::test
