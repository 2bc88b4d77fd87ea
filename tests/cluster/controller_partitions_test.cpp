// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

refusal altering(const image_ptr& image, const isr_alteration& x) {
  return why(fresh().alter_isr(*image, x));
}

image_ptr altered(const image_ptr& image, ids isr) {
  return carried_out(
      image, fresh().alter_isr(*image, proposal(image, std::move(isr))));
}

image_ptr three() {
  return with_topic(cluster_of({1, 2, 3, 4}), {{1, 2, 3}});
}

refusal
electing(const image_ptr& image, election_type type, int32_t partition = 0) {
  return why(fresh().elect_leader(*image, {"t", partition}, type));
}

} // namespace

TEST_CASE("alter isr: members leave and come back") {
  auto image = altered(three(), {1});
  CHECK(partition_of(image).isr == ids{1});
  CHECK(partition_of(image).leader_epoch == 0);
  CHECK(partition_of(image).partition_epoch == 1);
  image = altered(image, {3, 1});
  CHECK(partition_of(image).isr == ids{3, 1});
  CHECK(partition_of(image).partition_epoch == 2);
}

TEST_CASE("alter isr: a proposal without change writes nothing") {
  auto image = three();
  auto made = fresh().alter_isr(*image, proposal(image, {3, 2, 1}));
  CHECK(made.verdict.ok());
  CHECK(made.records.empty());
}

TEST_CASE("alter isr: what is not there is refused") {
  auto image = three();
  auto x = proposal(image, {1});
  x.topic_id = id(2);
  CHECK(altering(image, x) == refusal::unknown_topic_id);
  for (auto partition : {-1, 1}) {
    x = proposal(image, {1});
    x.partition = partition;
    CHECK(altering(image, x) == refusal::unknown_topic);
  }
}

TEST_CASE("alter isr: epochs must be those of the image") {
  auto image = altered(fenced(three(), {1}), {2});
  auto x = proposal(image, {2});
  ++x.leader_epoch;
  CHECK(altering(image, x) == refusal::not_controller);
  x = proposal(image, {2});
  ++x.partition_epoch;
  CHECK(altering(image, x) == refusal::not_controller);
  x = proposal(image, {2});
  --x.leader_epoch;
  CHECK(altering(image, x) == refusal::fenced_leader_epoch);
  x = proposal(image, {2});
  --x.partition_epoch;
  CHECK(altering(image, x) == refusal::stale_partition_epoch);
}

TEST_CASE("alter isr: only the leader may ask, and stays in") {
  auto image = three();
  auto x = proposal(image, {1, 2});
  x.leader = 2;
  CHECK(altering(image, x) == refusal::invalid_request);
  CHECK(altering(image, proposal(image, {2})) == refusal::invalid_request);
  CHECK(altering(image, proposal(image, {})) == refusal::invalid_request);
  CHECK(altering(image, proposal(image, {1, 1})) == refusal::invalid_request);
  CHECK(altering(image, proposal(image, {1, 4})) == refusal::invalid_request);
}

TEST_CASE("alter isr: nobody comes in who is fenced or leaving") {
  auto image = fenced(three(), {3});
  CHECK(altering(image, proposal(image, {1, 2, 3}))
        == refusal::ineligible_replica);
  image = altered(three(), {1});
  auto leaving = member(2);
  leaving.leaving = true;
  image = after(image, {node_registered{leaving}});
  CHECK(altering(image, proposal(image, {1, 2}))
        == refusal::ineligible_replica);
}

TEST_CASE("alter isr: who is in sync and leaving may stay") {
  auto leaving = member(2);
  leaving.leaving = true;
  auto image = after(three(), {node_registered{leaving}});
  CHECK(partition_of(altered(image, {1, 2})).isr == ids{1, 2});
}

TEST_CASE("alter isr: the first to catch up relieves a leader that leaves") {
  auto image = altered(three(), {1});
  auto leaving = member(1);
  leaving.leaving = true;
  image = altered(after(image, {node_registered{leaving}}), {1, 3});
  CHECK(partition_of(image).leader == 3);
  CHECK(partition_of(image).leader_epoch == 1);
}

TEST_CASE("resign: a replica without its disk leaves the ISR") {
  auto image = three();
  auto resigning = [&image](node_id node) {
    return fresh().resign_replica(*image, {node, id(1), 0});
  };
  image = carried_out(image, resigning(1));
  CHECK(partition_of(image).leader == 2);
  CHECK(partition_of(image).isr == ids{2, 3});
  CHECK(resigning(1).records.empty());
  image = carried_out(image, resigning(3));
  CHECK(partition_of(image).isr == ids{2});
  CHECK(why(resigning(2)) == refusal::eligible_leaders_not_available);
  CHECK(why(fresh().resign_replica(*image, {1, id(2), 0}))
        == refusal::unknown_topic_id);
  CHECK(why(fresh().resign_replica(*image, {1, id(1), 1}))
        == refusal::unknown_topic);
}

TEST_CASE("elections: the preferred leader, when it is not leading") {
  auto image = three();
  using enum election_type;
  CHECK(electing(image, preferred, 7) == refusal::unknown_topic);
  CHECK(electing(image, preferred) == refusal::election_not_needed);
  image = fenced(image, {1});
  CHECK(electing(image, preferred) == refusal::preferred_leader_not_available);
  image = after(image, {node_registered{member(1)}});
  CHECK(electing(image, preferred) == refusal::preferred_leader_not_available);
  CHECK(electable_partitions(*image, preferred).empty());
  image = altered(image, {1, 2, 3});
  CHECK(electable_partitions(*image, preferred).size() == 1);
  CHECK(fresh().rebalance_leaders(*image).records
        == fresh().elect_leader(*image, {"t", 0}, preferred).records);
  image = carried_out(image, fresh().elect_leader(*image, {"t", 0}, preferred));
  CHECK(partition_of(image).leader == 1);
  CHECK(partition_of(image).leader_epoch == 2);
  CHECK(fresh().rebalance_leaders(*image).records.empty());
}

TEST_CASE("elections: an unclean one needs a partition without a leader") {
  using enum election_type;
  auto image = altered(three(), {1});
  CHECK(electing(image, unclean) == refusal::election_not_needed);
  image = fenced(image, {1, 2, 3});
  CHECK(electing(image, unclean) == refusal::eligible_leaders_not_available);
  CHECK(electable_partitions(*image, unclean).empty());
  image = after(image, {node_registered{member(3)}});
  CHECK(electable_partitions(*image, unclean).size() == 1);
  auto made = fresh().elect_leader(*image, {"t", 0}, unclean);
  CHECK(made.unclean == std::vector<topic_partition>{{"t", 0}});
  image = carried_out(image, made);
  CHECK(partition_of(image).leader == 3);
  CHECK(partition_of(image).isr == ids{3});
}

TEST_CASE("elections: an unclean one prefers who is in sync") {
  auto image = fenced(altered(three(), {1}), {1});
  image = after(image, {node_registered{member(1)}});
  auto made = fresh().elect_leader(*image, {"t", 0}, election_type::unclean);
  CHECK(made.unclean.empty());
  CHECK(partition_of(carried_out(image, made)).leader == 1);
}

TEST_CASE("elections: a rebalance is bounded") {
  std::vector<std::vector<node_id>> replicas(
      controller::elections_per_rebalance_max + 1, {1, 2});
  auto image = with_topic(cluster_of({1, 2}), replicas);
  image = fenced(image, {1});
  image = after(image, {node_registered{member(1)}});
  metadata_delta delta;
  for (size_t i = 0; i < replicas.size(); ++i) {
    auto x = partition_of(image, static_cast<int32_t>(i));
    x.isr = {1, 2};
    ++x.partition_epoch;
    delta.emplace_back(partition_changed{id(1), static_cast<int32_t>(i), x});
  }
  image = after(image, delta);
  auto made = fresh().rebalance_leaders(*image);
  CHECK(made.records.size() == controller::elections_per_rebalance_max);
  image = carried_out(image, made);
  CHECK(fresh().rebalance_leaders(*image).records.size() == 1);
}

TEST_CASE("split: parts are small and lose nothing") {
  metadata_delta delta;
  for (int i = 1; i <= 10; ++i)
    delta.emplace_back(producer_ids_allocated{i});
  auto size = encode(delta.front()).size();
  CHECK(split(delta, 100 * size) == std::vector<metadata_delta>{delta});
  CHECK(split({}, 1).empty());
  for (size_t count = 1; count <= 11; ++count) {
    metadata_delta all;
    for (const auto& part : split(delta, count * size)) {
      CHECK(part.size() <= count);
      all.insert(all.end(), part.begin(), part.end());
    }
    CHECK(all == delta);
  }
  CHECK(split(delta, 1).size() == delta.size());
}

TEST_CASE("alter isr: who began another life since does not come into sync") {
  auto image = altered(three(), {1, 2});
  auto x = proposal(image, {1, 2, 3});
  x.incarnations[2] = id(99);
  CHECK(altering(image, x) == refusal::ineligible_replica);
  x.incarnations.clear();
  CHECK(altering(image, x) == refusal::ineligible_replica);
  // Members stay what they were.
  x = proposal(image, {1, 2});
  x.incarnations.clear();
  CHECK(altering(image, x) == refusal::none);
}

TEST_CASE("resign replica: who is out already resigns from nothing") {
  auto image = altered(three(), {1, 2});
  auto made = fresh().resign_replica(*image, {3, id(1), 0});
  CHECK(made.verdict.ok());
  CHECK(made.records.empty());
}
