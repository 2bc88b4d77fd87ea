// SPDX-License-Identifier: Apache-2.0
#include "controller_questions.h"

#include <doctest/doctest.h>

#include <utility>
#include <variant>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

storage::uuid life_of(cluster::node_id node) {
  storage::uuid x;
  x.bytes[0] = static_cast<uint8_t>(node);
  return x;
}

/// Two nodes in service, of which this controller has heard the second.
struct two_nodes {
  two_nodes() {
    image.cluster_id = "cluster";
    for (cluster::node_id node : {1, 2}) {
      auto& x = image.nodes[node];
      x.id = node;
      x.incarnation = life_of(node);
    }
    sessions.begin(image, 0);
    hear(2);
  }

  void hear(cluster::node_id node) {
    cluster::node_heartbeat beat;
    beat.node = node;
    beat.incarnation = life_of(node);
    sessions.heard(beat, 0, 1);
  }

  std::vector<std::vector<cluster::node_id>>
  placed(int32_t partitions, int16_t factor) {
    create_topics question;
    question.topics.emplace_back();
    question.topics[0].name = "t";
    question.topics[0].num_partitions = partitions;
    question.topics[0].replication_factor = factor;
    auto asked = to_pending({core, sessions}, question);
    auto made = asked.decide(image, 0);
    REQUIRE_MESSAGE(made.verdict.ok(), made.verdict.message);
    std::vector<std::vector<cluster::node_id>> found;
    const auto& record = std::get<cluster::topic_created>(made.records.front());
    for (const auto& x : record.topic.partitions)
      found.push_back(x.replicas);
    return found;
  }

  cluster::metadata_image image;
  cluster::broker_config config;
  cluster::failure_detector sessions{config.cluster};
  cluster::controller core{config, 1};
};

} // namespace

TEST_CASE("controller questions: topics go to nodes that have spoken") {
  two_nodes x;
  using nodes = std::vector<cluster::node_id>;
  CHECK(x.placed(3, 1) == std::vector<nodes>{{2}, {2}, {2}});
  // Both are needed.
  for (const auto& replicas : x.placed(2, 2))
    CHECK(replicas.size() == 2);
  x.hear(1);
  auto spread = x.placed(2, 1);
  CHECK(spread[0] != spread[1]);
}

namespace {

/// Puts everything on the last node that may be chosen.
class last_node final : public cluster::placement_policy {
public:
  std::vector<std::vector<cluster::node_id>> place(const question& x) override {
    ++asked;
    return {x.count, {x.usable.back()}};
  }

  int asked = 0;
};

} // namespace

TEST_CASE("controller questions: a policy places what no client has placed") {
  two_nodes x;
  last_node policy;
  deciding_core core{x.core, x.sessions, &policy};
  create_topics question;
  question.topics.resize(2);
  question.topics[0].name = "free";
  question.topics[0].num_partitions = 2;
  question.topics[0].replication_factor = 1;
  question.topics[1].name = "placed";
  question.topics[1].assignments = {{0, {1}}};
  auto asked = to_pending(core, question);
  auto replicas = [&](size_t item) {
    auto made = asked.decide(x.image, item);
    REQUIRE_MESSAGE(made.verdict.ok(), made.verdict.message);
    return std::get<cluster::topic_created>(made.records.front())
        .topic.partitions.front()
        .replicas;
  };
  CHECK(replicas(0) == std::vector<cluster::node_id>{2});
  CHECK(policy.asked == 1);
  CHECK(replicas(1) == std::vector<cluster::node_id>{1});
  CHECK(policy.asked == 1);
}
