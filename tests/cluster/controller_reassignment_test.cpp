// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/cluster_fixture.h>

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using ids = std::vector<node_id>;

image_ptr start() {
  return with_topic(cluster_of({1, 2, 3, 4, 5, 6}), {{1, 2, 3}});
}

outcome moving(const image_ptr& image, std::optional<ids> target) {
  return fresh().alter_reassignment(*image, {{"t", 0}, std::move(target)});
}

image_ptr moved(const image_ptr& image, ids target) {
  return carried_out(image, moving(image, std::move(target)));
}

image_ptr cancelled(const image_ptr& image) {
  return carried_out(image, moving(image, std::nullopt));
}

image_ptr in_sync(const image_ptr& image, ids isr) {
  return carried_out(
      image, fresh().alter_isr(*image, proposal(image, std::move(isr))));
}

} // namespace

TEST_CASE("reassignment: starts with the target, then those that go") {
  auto image = moved(start(), {4, 5, 1});
  const auto& x = partition_of(image);
  CHECK(x.replicas == ids{4, 5, 1, 2, 3});
  CHECK(x.adding == ids{4, 5});
  CHECK(x.removing == ids{2, 3});
  CHECK(x.isr == ids{1, 2, 3});
  CHECK(x.leader == 1);
  CHECK(x.leader_epoch == 0);
  CHECK(moving_partitions(*image) == std::vector<topic_partition>{{"t", 0}});
}

TEST_CASE("reassignment: is complete when all new ones are in sync") {
  auto image = moved(start(), {4, 5, 6});
  image = in_sync(image, {1, 2, 3, 4, 5});
  CHECK(partition_of(image).replicas.size() == 6);
  image = in_sync(image, {1, 4, 5, 6});
  const auto& x = partition_of(image);
  CHECK(x.replicas == ids{4, 5, 6});
  CHECK(x.isr == ids{4, 5, 6});
  CHECK(x.leader == 4);
  CHECK(x.leader_epoch == 1);
  CHECK(moving_partitions(*image).empty());
}

TEST_CASE("reassignment: what needs no copying is done at once") {
  SUBCASE("another order") {
    auto image = moved(start(), {3, 1, 2});
    CHECK(partition_of(image).replicas == ids{3, 1, 2});
    CHECK(partition_of(image).leader == 1);
    CHECK(partition_of(image).leader_epoch == 0);
  }
  SUBCASE("fewer replicas") {
    auto image = moved(start(), {2, 3});
    CHECK(partition_of(image).replicas == ids{2, 3});
    CHECK(partition_of(image).isr == ids{2, 3});
    CHECK(partition_of(image).leader == 2);
  }
  SUBCASE("no change") {
    auto image = start();
    CHECK(moving(image, ids{1, 2, 3}).records.empty());
  }
}

TEST_CASE("reassignment: more replicas wait for the new ones only") {
  auto image = moved(start(), {1, 2, 3, 4});
  CHECK(partition_of(image).removing.empty());
  image = in_sync(image, {1, 4});
  CHECK(partition_of(image).replicas == ids{1, 2, 3, 4});
  CHECK(partition_of(image).adding.empty());
}

TEST_CASE("reassignment: a later one takes over from an earlier one") {
  auto image = moved(start(), {4, 5, 6});
  image = in_sync(image, {1, 2, 3, 4, 5});
  image = moved(image, {4, 1});
  const auto& x = partition_of(image);
  CHECK(x.replicas == ids{4, 1});
  CHECK(x.isr == ids{1, 4});
  CHECK(x.adding.empty());
  CHECK(x.removing.empty());
}

TEST_CASE("reassignment: taken over, it still waits for what it was adding") {
  auto image = moved(moved(start(), {4, 5, 6}), {4, 2, 3});
  const auto& x = partition_of(image);
  CHECK(x.replicas == ids{4, 2, 3, 1});
  CHECK(x.adding == ids{4});
  CHECK(x.removing == ids{1});
}

TEST_CASE("reassignment: to the start is the same as cancelling") {
  auto image = moved(moved(start(), {4, 5, 6}), {1, 2, 3});
  CHECK(partition_of(image).replicas == ids{1, 2, 3});
  CHECK(moving_partitions(*image).empty());
}

TEST_CASE("reassignment: the last that are in sync are not given up") {
  auto image = in_sync(moved(start(), {4, 5, 6}), {1, 2, 3, 4});
  image = fenced(image, {1, 2, 3});
  CHECK(partition_of(image).leader == 4);
  CHECK(partition_of(image).isr == ids{4});
  CHECK(why(moving(image, std::nullopt))
        == refusal::invalid_replica_assignment);
  image = moved(image, {1, 2, 3});
  const auto& x = partition_of(image);
  CHECK(x.leader == 4);
  CHECK(x.replicas == ids{1, 2, 3, 4});
  CHECK(x.removing == ids{4});
}

TEST_CASE("reassignment: cancelling drops what was added") {
  auto image = in_sync(moved(start(), {4, 5, 6}), {1, 2, 3, 4});
  auto epoch = partition_of(image).leader_epoch;
  image = cancelled(image);
  const auto& x = partition_of(image);
  CHECK(x.replicas == ids{1, 2, 3});
  CHECK(x.isr == ids{1, 2, 3});
  CHECK(x.leader == 1);
  // Those that go must not go on pulling.
  CHECK(x.leader_epoch == epoch + 1);
  CHECK(why(moving(image, std::nullopt)) == refusal::no_reassignment);
}

TEST_CASE("reassignment: bad targets are refused") {
  auto image = start();
  for (const auto& target : {ids{}, ids{1, 1}, ids{1, 9}, ids{-1}})
    CHECK(why(moving(image, target)) == refusal::invalid_replica_assignment);
  CHECK(why(fresh().alter_reassignment(*image, {{"t", 1}, ids{1}}))
        == refusal::unknown_topic);
  CHECK(why(fresh().alter_reassignment(*image, {{"u", 0}, std::nullopt}))
        == refusal::unknown_topic);
}

TEST_CASE("reassignment: the loss of a node that comes stops nothing else") {
  auto image = fenced(moved(start(), {4, 5, 6}), {4});
  CHECK(partition_of(image).leader == 1);
  image = in_sync(image, {1, 2, 3, 5, 6});
  CHECK(partition_of(image).adding == ids{4, 5, 6});
  image = moved(image, {1, 5, 6});
  CHECK(partition_of(image).replicas == ids{1, 5, 6});
}
