// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>
#include <troupe/cluster/policy_placement.h>

#include <doctest/doctest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;
using answer_t = std::vector<ids>;

/// Answers what the test says.
class answering final : public placement_policy {
public:
  explicit answering(std::function<answer_t(const question&)> f)
      : answer_(std::move(f)) {}

  std::vector<ids> place(const question& x) override {
    ++asked;
    return answer_(x);
  }

  int asked = 0;

private:
  std::function<answer_t(const question&)> answer_;
};

/// What the controller decides about topic "t", before any policy.
outcome creation(const image_ptr& image, int32_t partitions, int16_t factor) {
  auto by = fresh();
  auto x = named("t");
  x.num_partitions = partitions;
  x.replication_factor = factor;
  auto made = by.create_topic(*image, x);
  REQUIRE(made.verdict.ok());
  return made;
}

/// The verdict on `answer` for two partitions with two replicas each.
refusal verdict_on(const image_ptr& image, answer_t answer) {
  answering policy([&](const auto&) { return answer; });
  return why(apply_policy(policy, *image, creation(image, 2, 2)));
}

/// `image` with this node out of service.
image_ptr without(const image_ptr& image, node_id node) {
  auto x = image->nodes.at(node);
  x.fenced = true;
  return after(image, {node_registered{x}});
}

const topic_image& topic_in(const outcome& x) {
  return std::get<topic_created>(x.records.front()).topic;
}

} // namespace

TEST_CASE("policy placement: a topic lies where the policy says") {
  auto image = nodes(3);
  answering policy([&](const placement_policy::question& x) {
    CHECK(x.topic == "t");
    CHECK(x.first == 0);
    CHECK(x.count == 2);
    CHECK(x.replication_factor == 2);
    CHECK(ids(x.usable.begin(), x.usable.end()) == ids{0, 10, 20});
    CHECK(&x.image == image.get());
    return answer_t{{20, 0}, {20, 10}};
  });
  auto made = apply_policy(policy, *image, creation(image, 2, 2));
  REQUIRE(made.verdict.ok());
  CHECK(replicas_of(topic_in(made)) == answer_t{{20, 0}, {20, 10}});
  CHECK(policy.asked == 1);
}

TEST_CASE("policy placement: more partitions are asked for by their index") {
  auto image = nodes(3);
  auto by = fresh();
  auto x = named("t");
  x.num_partitions = 2;
  x.replication_factor = 1;
  auto known = created(by, image, x);
  more_partitions more;
  more.topic = "t";
  more.count = 5;
  answering policy([](const placement_policy::question& y) {
    CHECK(y.topic == "t");
    CHECK(y.first == 2);
    CHECK(y.count == 3);
    CHECK(y.replication_factor == 1);
    return answer_t{{10}, {10}, {0}};
  });
  auto made = apply_policy(policy, *image, by.create_partitions(*image, more));
  REQUIRE(made.verdict.ok());
  auto changed = after(image, made.records);
  auto grown = changed->find("t");
  REQUIRE(grown->partitions.size() == 5);
  CHECK(grown->partitions[2].replicas == ids{10});
  CHECK(grown->partitions[4].leader == 0);
  for (size_t i = 0; i < known.partitions.size(); ++i)
    CHECK(grown->partitions[i] == known.partitions[i]);
}

TEST_CASE("policy placement: what belongs to a topic lies where it does") {
  auto image = nodes(3);
  auto by = fresh();
  auto x = named("t");
  x.num_partitions = 2;
  x.replication_factor = 1;
  x.configs = {{"troupe.kind", "queue"}};
  answering policy([](const placement_policy::question& y) {
    CHECK(y.topic == "t");
    return y.first == 0 ? answer_t{{20}, {10}} : answer_t{{20}};
  });
  image = after(
      image, apply_policy(policy, *image, by.create_topic(*image, x)).records);
  more_partitions more;
  more.topic = "t";
  more.count = 3;
  image = after(
      image,
      apply_policy(policy, *image, by.create_partitions(*image, more)).records);
  CHECK(policy.asked == 2);
  for (const auto* name : {"t", "__troupe.inbox.t", "t.acks", "t.dead"})
    CHECK(replicas_of(*image->find(name)) == answer_t{{20}, {10}, {20}});
}

TEST_CASE("policy placement: an empty answer leaves it to the broker") {
  auto image = nodes(3);
  auto before = creation(image, 2, 2);
  answering policy([](const auto&) { return answer_t{}; });
  auto made = apply_policy(policy, *image, before);
  CHECK(made.verdict.ok());
  CHECK(made.records == before.records);
}

TEST_CASE("policy placement: what cannot be carried out is refused") {
  auto image = nodes(3);
  CHECK(verdict_on(image, {{0, 10}, {10, 20}}) == refusal::none);
  constexpr auto invalid = refusal::invalid_replica_assignment;
  // For too few and too many partitions.
  CHECK(verdict_on(image, {{0, 10}}) == invalid);
  CHECK(verdict_on(image, {{0, 10}, {0, 10}, {0, 10}}) == invalid);
  // None, too few and too many replicas.
  CHECK(verdict_on(image, {{}, {0, 10}}) == invalid);
  CHECK(verdict_on(image, {{0}, {0, 10}}) == invalid);
  CHECK(verdict_on(image, {{0}, {10}}) == invalid);
  CHECK(verdict_on(image, {{0, 10, 20}, {0, 10, 20}}) == invalid);
  // A node twice, and one that nobody knows.
  CHECK(verdict_on(image, {{0, 10}, {10, 10}}) == invalid);
  CHECK(verdict_on(image, {{0, 10}, {0, 11}}) == invalid);
  CHECK(verdict_on(image, {{0, 10}, {0, no_node}}) == invalid);
  // One that is not heard from.
  CHECK(verdict_on(without(image, 20), {{0, 10}, {0, 20}}) == invalid);
}

TEST_CASE("policy placement: the refusal names the topic and the fault") {
  auto image = nodes(2);
  answering policy([](const auto&) { return answer_t{{7}}; });
  auto made = apply_policy(policy, *image, creation(image, 1, 1));
  CHECK(made.records.empty());
  CHECK(made.verdict.message.find("'t'") != std::string::npos);
  CHECK(made.verdict.message.find("7") != std::string::npos);
}

TEST_CASE("policy placement: one that throws refuses") {
  auto image = nodes(1);
  answering policy([](const auto&) -> answer_t {
    throw std::runtime_error("no map of the racks");
  });
  auto made = apply_policy(policy, *image, creation(image, 1, 1));
  CHECK(why(made) == refusal::invalid_replica_assignment);
  CHECK(made.verdict.message.find("no map") != std::string::npos);
  answering rude([](const auto&) -> answer_t { throw 7; });
  CHECK(why(apply_policy(rude, *image, creation(image, 1, 1)))
        == refusal::invalid_replica_assignment);
}

TEST_CASE("policy placement: nobody is asked about what was refused") {
  auto image = nodes(1);
  auto by = fresh();
  answering policy([](const auto&) { return answer_t{{0}}; });
  auto made =
      apply_policy(policy, *image, by.create_topic(*image, named("no/name")));
  CHECK(why(made) == refusal::invalid_topic_name);
  CHECK(policy.asked == 0);
}
