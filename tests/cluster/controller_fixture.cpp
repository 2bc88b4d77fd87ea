// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/controller_fixture.h>
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

namespace troupe::cluster::test {

controller fresh(broker_config config) {
  return {std::move(config), seed};
}

image_ptr nodes(int count) {
  metadata_delta delta;
  for (int i = 0; i < count; ++i)
    delta.emplace_back(node(i * 10));
  return image_of(delta);
}

new_topic named(std::string name) {
  new_topic x;
  x.name = std::move(name);
  return x;
}

new_topic
assigned(std::vector<std::pair<int32_t, std::vector<node_id>>> assignments) {
  auto x = named("t");
  x.assignments = std::move(assignments);
  return x;
}

refusal why(const outcome& x) {
  CHECK(x.verdict.message.empty() == x.verdict.ok());
  if (!x.verdict.ok())
    CHECK(x.records.empty());
  return x.verdict.what;
}

refusal
creating(const image_ptr& image, const new_topic& x, broker_config config) {
  return why(fresh(std::move(config)).create_topic(*image, x));
}

topic_image created(controller& by, image_ptr& image, const new_topic& x) {
  auto made = by.create_topic(*image, x);
  REQUIRE_MESSAGE(made.verdict.ok(), made.verdict.message);
  REQUIRE(made.records.size() == 1);
  image = after(image, made.records);
  REQUIRE(image->find(x.name) != nullptr);
  return *image->find(x.name);
}

std::vector<std::vector<node_id>> replicas_of(const topic_image& topic) {
  std::vector<std::vector<node_id>> replicas;
  for (const auto& x : topic.partitions) {
    CHECK(x.leader == x.replicas.front());
    CHECK(x.isr == x.replicas);
    CHECK(x.leader_epoch == 0);
    replicas.push_back(x.replicas);
  }
  return replicas;
}

} // namespace troupe::cluster::test
