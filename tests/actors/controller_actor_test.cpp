// SPDX-License-Identifier: Apache-2.0
#include "controller_actor_fixture.h"
#include "outdated_proposal.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using cluster::refusal;

namespace {

cluster::node_heartbeat beat_of(cluster::node_id node) {
  cluster::node_heartbeat beat;
  beat.node = node;
  return beat;
}

} // namespace

TEST_CASE("controller: a decision is answered once brokers serve it") {
  controller_fixture x;
  x.applied.clear();
  x.hold = true;
  auto answer =
      x.start_asking<metadata_decided>(x.controller, x.creation({"a"}));
  REQUIRE(x.applied.size() == 1);
  CHECK(x.applied[0]->find("a") != nullptr);
  CHECK_FALSE(answer->has_value());
  x.tell(x.follower, housekeeping_due{});
  REQUIRE(answer->has_value());
  REQUIRE((*answer)->results.size() == 1);
  CHECK((*answer)->results[0].ok());
  CHECK((*answer)->image == x.applied[0]);
}

TEST_CASE("controller: an item sees what the items before it decided") {
  controller_fixture x;
  x.applied.clear();
  auto decided = x.create({"a", "a", "no/pe", "b"});
  REQUIRE(decided.results.size() == 4);
  CHECK(decided.results[0].ok());
  CHECK(is(decided.results[1], refusal::topic_exists));
  CHECK(is(decided.results[2], refusal::invalid_topic_name));
  CHECK(decided.results[3].ok());
  // One delta, one new image.
  CHECK(x.applied.size() == 1);
  CHECK(decided.image->topics.size() == 2);
}

TEST_CASE("controller: what is only validated reaches nobody") {
  controller_fixture x;
  x.applied.clear();
  auto order = x.creation({"a"});
  order.validate_only = true;
  auto decided = x.ask<metadata_decided>(x.controller, order);
  CHECK(decided.results.at(0).ok());
  CHECK(decided.image->find("a") != nullptr);
  CHECK(x.applied.empty());
  CHECK(x.create({"a"}).results.at(0).ok());
}

TEST_CASE("controller: a topic is deleted and gets a new id when created") {
  controller_fixture x;
  auto first = x.create({"a"}).image->find("a")->id;
  delete_topics order;
  order.topics.push_back({"a", {}});
  order.topics.push_back({"nope", {}});
  auto deleted = x.ask<metadata_decided>(x.controller, order);
  CHECK(deleted.results.at(0).ok());
  CHECK(is(deleted.results.at(1), refusal::unknown_topic));
  CHECK(deleted.image->find("a") == nullptr);
  CHECK(x.create({"a"}).image->find("a")->id != first);
}

TEST_CASE("controller: partitions are added and configs altered") {
  controller_fixture x;
  x.create({"a"});
  create_partitions more;
  more.topics.push_back({"a", 3, {}});
  CHECK(x.ask<metadata_decided>(x.controller, more)
            .image->find("a")
            ->partitions.size()
        == 3);
  alter_configs change;
  auto& alteration = change.resources.emplace_back();
  alteration.topic = "a";
  alteration.changes.push_back(
      {"retention.ms", cluster::config_operation::set, "5000"});
  CHECK(x.ask<metadata_decided>(x.controller, change)
            .image->find("a")
            ->configs.at("retention.ms")
        == "5000");
}

TEST_CASE("controller: what was not agreed on was not decided") {
  controller_fixture x;
  x.applied.clear();
  x.agreed.refuse_next = storage::error{storage::errc::io, "no disk"};
  auto decided = x.create({"a", "no/pe"});
  REQUIRE(decided.results.size() == 2);
  CHECK(is(decided.results[0], storage::errc::io));
  CHECK(is(decided.results[1], refusal::invalid_topic_name));
  CHECK(decided.image->find("a") == nullptr);
  CHECK(x.applied.empty());
  CHECK(x.create({"a"}).results.at(0).ok());
}

TEST_CASE(
    "controller: what the quorum's own change overtook is decided again") {
  controller_fixture x;
  x.agreed.refuse_next = outdated_proposal();
  auto answer =
      x.start_asking<metadata_decided>(x.controller, x.creation({"a"}));
  CHECK_FALSE(answer->has_value());
  auto before = x.agreed.image;
  auto next = cluster::apply(
      *before, {cluster::voters_replaced{{{x.node_id, "host", 9092}}}},
      before->end_offset + 1);
  REQUIRE_MESSAGE(next, next.error().message);
  x.agreed.image = *next;
  x.tell(x.controller, image_committed{*next});
  REQUIRE(answer->has_value());
  CHECK((*answer)->results.at(0).ok());
  CHECK((*answer)->image->find("a") != nullptr);
}

TEST_CASE("controller: decisions survive a restart") {
  controller_fixture x;
  auto id = x.create({"a"}).image->find("a")->id;
  x.restart();
  // Registered already: nothing new to agree on, only to be served.
  CHECK(x.applied.size() == 1);
  auto again = x.create({"a"});
  CHECK(is(again.results.at(0), refusal::topic_exists));
  CHECK(again.image->find("a")->id == id);
}

TEST_CASE("controller: a lost broker does not undo a decision") {
  controller_fixture x;
  caf::anon_send_exit(x.follower, caf::exit_reason::kill);
  x.run();
  auto decided = x.create({"a"});
  CHECK(decided.results.at(0).ok());
  CHECK(decided.image->find("a") != nullptr);
}

TEST_CASE("controller: producer ids are given once, also after a restart") {
  controller_fixture x;
  std::set<int64_t> given;
  for (int i = 0; i < 25; ++i)
    CHECK(given.insert(x.producer_id()).second);
  x.restart();
  for (int i = 0; i < 25; ++i)
    CHECK(given.insert(x.producer_id()).second);
  CHECK(*given.begin() >= 0);
}

TEST_CASE("controller: a producer id that cannot be noted is not given") {
  controller_fixture x;
  x.agreed.refuse_next = storage::error{storage::errc::io, "no disk"};
  auto refused =
      x.ask<producer_id_allocated>(x.controller, allocate_producer_id{});
  CHECK_FALSE(refused.why.ok());
  CHECK(refused.producer_id == -1);
  CHECK(x.producer_id() >= 0);
}

TEST_CASE("controller: without a leader a node's questions are refused") {
  controller_fixture x;
  x.lead(x.controller, cluster::no_node);
  auto refused =
      x.ask<producer_id_allocated>(x.controller, allocate_producer_id{});
  CHECK(is(refused.why, refusal::not_controller));
  auto beat = x.ask<heartbeat_answered>(x.controller, beat_of(x.node_id));
  CHECK(is(beat.why, refusal::not_controller));
  auto isr = x.ask<isr_judged>(x.controller, propose_isr{});
  CHECK(is(isr.why, refusal::not_controller));
  auto joined = x.ask<cluster_joined>(x.controller, join_cluster{});
  CHECK(is(joined.why, refusal::not_controller));
}

TEST_CASE("controller: without a leader a client's question waits for one") {
  controller_fixture x;
  x.lead(x.controller, cluster::no_node);
  auto answer =
      x.start_asking<metadata_decided>(x.controller, x.creation({"a"}));
  CHECK_FALSE(answer->has_value());
  x.lead(x.controller, x.node_id);
  REQUIRE(answer->has_value());
  CHECK((*answer)->results.at(0).ok());
}

TEST_CASE("controller: what another node decides is served here first") {
  controller_fixture x;
  x.elsewhere = x.controller;
  auto here = x.start(7);
  x.follow(here, x.node_id);
  x.applied.clear();
  auto decided = x.ask<metadata_decided>(here, x.creation({"a", "no/pe"}));
  REQUIRE(decided.results.size() == 2);
  CHECK(decided.results[0].ok());
  CHECK(is(decided.results[1], refusal::invalid_topic_name));
  CHECK(decided.image->find("a") != nullptr);
  // Both brokers, which are one in this test.
  CHECK(x.applied.size() == 2);
  auto first = x.ask<producer_id_allocated>(here, allocate_producer_id{});
  REQUIRE(first.why.ok());
  CHECK(first.producer_id != x.producer_id());
}

TEST_CASE("controller: questions that come together are agreed on together") {
  controller_fixture x;
  x.agreed.proposals = 0;
  auto a = x.start_asking<metadata_decided>(x.controller, x.creation({"a"}));
  CHECK(x.agreed.proposals == 1);
  std::vector<std::shared_ptr<std::optional<metadata_decided>>> answers;
  for (const char* name : {"b", "c", "d"})
    x.system().spawn([&, name](caf::event_based_actor* self) {
      self->request(x.controller, std::chrono::minutes(1), x.creation({name}))
          .then([](const metadata_decided& y) { CHECK(y.results.at(0).ok()); });
    });
  x.run();
  CHECK(x.agreed.proposals <= 4);
  CHECK(x.agreed.image->topics.size() == 4);
}

TEST_CASE("controller: a node that joins keeps its id when it asks again") {
  controller_fixture x;
  join_cluster order;
  order.incarnation.bytes.back() = 5;
  order.cluster_host = "peer";
  order.cluster_port = 9;
  auto first = x.ask<cluster_joined>(x.controller, order);
  REQUIRE_MESSAGE(first.why.ok(), first.why.message);
  CHECK(first.node != x.node_id);
  CHECK(first.node != cluster::no_node);
  CHECK(x.ask<cluster_joined>(x.controller, order).node == first.node);
  order.incarnation.bytes.back() = 6;
  CHECK(x.ask<cluster_joined>(x.controller, order).node != first.node);
}
