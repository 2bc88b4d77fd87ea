// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_migration_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

partition_assignment of_t(std::vector<int32_t> partitions) {
  return {{id_of("t"), std::move(partitions)}};
}

} // namespace

TEST_CASE("group: a consumer that joins classic members changes the protocol") {
  group_migration_fixture x;
  auto members = x.classic_pair();
  auto answer = x.enter_as("new");
  CHECK(answer.error == group_error::none);
  CHECK(answer.member_epoch == 2);
  // Others still have everything.
  CHECK(answer.assignment->empty());
  auto described = x.described();
  CHECK(described.error == group_error::none);
  REQUIRE(described.members.size() == 3);
  CHECK(std::ranges::count_if(described.members,
                              [](const auto& y) { return y.speaks_classic; })
        == 2);
  CHECK(x.core().describe("g").error == group_error::group_id_not_found);
  CHECK(type_of(x.core().list().at(0)) == "consumer");
}

TEST_CASE("group: classic members go on with JoinGroup in a consumer group") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  CHECK(x.heartbeat(members[0], 1) == group_error::rebalance_in_progress);
  CHECK(x.synced(x.sync(members[0], 1)).error
        == group_error::rebalance_in_progress);
  // The eager one gave everything up and is at the new epoch at once.
  auto eager = x.join_mixed(members[0]);
  CHECK(eager.generation == 2);
  CHECK(partition_count(eager.assigned) <= 2);
  CHECK(x.heartbeat(members[0], 2) == group_error::none);
  // The cooperative one is told what to give up, and when it did comes again.
  auto cooperative = x.join_mixed(members[1], of_t({2, 3}));
  if (cooperative.generation == 1) {
    CHECK(x.heartbeat(members[1], 1) == group_error::rebalance_in_progress);
    cooperative = x.join_mixed(members[1], cooperative.assigned);
  }
  CHECK(cooperative.generation == 2);
  CHECK(x.heartbeat(members[1], 2) == group_error::none);
  auto answer = x.beat("new", 2);
  REQUIRE(answer.assignment);
  CHECK(partition_count(*answer.assignment) == 1);
  CHECK(partition_count(eager.assigned) + partition_count(cooperative.assigned)
        == 3);
  CHECK(x.state_of_consumers() == "Stable");
}

TEST_CASE("group: a classic member is called again when its part is free") {
  group_migration_fixture x;
  x.enter_as("new");
  auto classic = x.enter_mixed();
  CHECK(classic.error == group_error::none);
  CHECK(classic.assigned.empty());
  CHECK(x.heartbeat(classic.member_id, classic.generation)
        == group_error::none);
  auto told = x.beat("new", 1);
  REQUIRE(told.assignment);
  CHECK(partition_count(*told.assignment) == 2);
  auto gave_up = join_as("new", {"t"});
  gave_up.member_epoch = 1;
  gave_up.topic_partitions = told.assignment;
  CHECK(x.send(gave_up).member_epoch == 2);
  CHECK(x.heartbeat(classic.member_id, classic.generation)
        == group_error::rebalance_in_progress);
  classic = x.join_mixed(classic.member_id);
  CHECK(partition_count(classic.assigned) == 2);
  CHECK(x.state_of_consumers() == "Stable");
}

TEST_CASE("group: parked calls are told to come again by an upgrade") {
  group_migration_fixture x;
  auto members = x.classic_pair();
  auto [third, parked] = x.enter();
  CHECK(x.waiting(parked));
  CHECK(x.enter_as("new").error == group_error::none);
  CHECK(x.joined(parked).error == group_error::rebalance_in_progress);
  CHECK(x.join_mixed(third).error == group_error::none);
}

TEST_CASE("group: what a cooperative member owns stays its own in an upgrade") {
  group_migration_fixture x;
  auto members = x.classic_pair();
  std::vector<uint64_t> tickets;
  for (size_t i = 0; i < 2; ++i) {
    auto again = joiner(members[i]);
    again.protocols[0].metadata = subscription(
        {"t"}, of_t(i == 0 ? std::vector{0, 1} : std::vector{2, 3}), x.topics);
    tickets.push_back(x.join(std::move(again)));
  }
  CHECK(x.joined(tickets[0]).generation == 2);
  // The assignments of this generation are not there yet.
  auto answer = x.enter_as("new");
  CHECK(answer.error == group_error::none);
  CHECK(answer.assignment->empty());
}

TEST_CASE("group: an upgrade survives a restart") {
  group_migration_fixture x;
  auto members = x.mixed_group();
  auto before = x.described();
  x.come_back();
  CHECK(x.described() == before);
  CHECK(x.heartbeat(members[0], 1) == group_error::rebalance_in_progress);
  auto classic = x.join_mixed(members[0]);
  CHECK(classic.error == group_error::none);
  CHECK(x.commit(members[0], classic.generation) == group_error::none);
}

TEST_CASE("group: only consumers' groups that the policy allows are upgraded") {
  for (auto policy :
       {group_migration_policy::downgrade, group_migration_policy::disabled}) {
    group_config config;
    config.consumer.migration_policy = policy;
    group_migration_fixture x{config};
    auto members = x.classic_pair();
    CHECK(x.enter_as("new").error == group_error::group_id_not_found);
    CHECK(x.heartbeat(members[0], 1) == group_error::none);
  }
  group_migration_fixture x;
  auto connect = joiner();
  connect.protocol_type = "connect";
  connect.knows_member_id_required = false;
  x.join(connect);
  CHECK(x.enter_as("new").error == group_error::group_id_not_found);
  CHECK(x.core().describe("g").protocol_type == "connect");
}

TEST_CASE("group: bytes that no consumer wrote keep a group classic") {
  group_migration_fixture x;
  auto [member, ticket] = x.enter();
  while (x.waiting(ticket))
    x.pass(1000);
  auto told = encode_assignment(1, of_t({0}), x.topics);
  // The last field is user data: four bytes of length, and then these.
  told.back() = std::byte{2};
  told.resize(told.size() + 2);
  x.sync(member, 1, {{member, told}});
  CHECK(x.enter_as("new").error == group_error::unsupported_version);
  auto again = x.join(joiner(member));
  x.sync(member, 2, {{member, bytes_of("no assignment")}});
  CHECK(x.joined(again).generation == 2);
  CHECK(x.enter_as("new").error == group_error::group_id_not_found);
  CHECK(x.state() == group_state::stable);
}

TEST_CASE("group: a full group takes no consumer in place of its protocol") {
  group_config config;
  config.consumer.members_per_group_max = 2;
  group_migration_fixture x{config};
  auto members = x.classic_pair();
  CHECK(x.enter_as("new").error == group_error::group_max_size_reached);
  CHECK(x.heartbeat(members[0], 1) == group_error::none);
}
