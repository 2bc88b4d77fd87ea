// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("group: an unusable JoinGroup is refused and leaves no group") {
  group_fixture x;
  auto refused = [&](auto change) {
    auto request = joiner();
    change(request);
    return x.joined(x.join(std::move(request))).error;
  };
  CHECK(refused([](auto& r) { r.group_id.clear(); })
        == group_error::invalid_group_id);
  CHECK(refused([](auto& r) { r.session_timeout_ms = 5999; })
        == group_error::invalid_session_timeout);
  CHECK(refused([](auto& r) { r.session_timeout_ms = 1800001; })
        == group_error::invalid_session_timeout);
  CHECK(refused([](auto& r) { r.protocol_type.clear(); })
        == group_error::inconsistent_group_protocol);
  CHECK(refused([](auto& r) { r.protocols.clear(); })
        == group_error::inconsistent_group_protocol);
  CHECK(refused([](auto& r) { r.member_id = "nobody"; })
        == group_error::unknown_member_id);
  CHECK(refused([](auto& r) { r.protocols[0].metadata.resize(1048577); })
        == group_error::invalid_request);
  CHECK(refused([](auto& r) { r.protocols.resize(101); })
        == group_error::invalid_request);
  CHECK(refused([](auto& r) { r.client_id.resize(32768); })
        == group_error::invalid_request);
  CHECK(x.core().group_count() == 0);
  CHECK(x.records().empty());
}

TEST_CASE("group: the shortest and the longest session are accepted") {
  for (int32_t session : {6000, 1800000}) {
    group_fixture x;
    auto request = joiner();
    request.session_timeout_ms = session;
    CHECK(x.joined(x.join(request)).error == group_error::member_id_required);
  }
}

TEST_CASE("group: a new dynamic member is sent back for its id") {
  group_fixture x;
  auto first = x.joined(x.join(joiner()));
  CHECK(first.error == group_error::member_id_required);
  CHECK(first.member_id.starts_with("client-"));
  CHECK(first.member_id.size() == std::string{"client-"}.size() + 36);
  auto second = x.join(joiner(first.member_id));
  CHECK(x.waiting(second));
  x.pass(3000);
  CHECK(x.joined(second).error == group_error::none);
  CHECK(x.joined(second).member_id == first.member_id);
  CHECK(x.joined(second).generation == 1);
}

TEST_CASE("group: below v4 and with an instance id members join at once") {
  group_fixture x;
  auto old = joiner();
  old.knows_member_id_required = false;
  auto first = x.join(old);
  auto second = x.join(static_joiner("one"));
  CHECK(x.waiting(first));
  CHECK(x.waiting(second));
  x.pass(6000);
  CHECK(x.joined(first).error == group_error::none);
  CHECK(x.joined(second).member_id.starts_with("one-"));
}

TEST_CASE("group: an id that nobody uses expires and takes the group along") {
  group_fixture x;
  auto id = x.joined(x.join(joiner())).member_id;
  CHECK(x.core().group_count() == 1);
  x.pass(session_ms - 1);
  CHECK(x.core().group_count() == 1);
  x.pass(1);
  CHECK(x.core().group_count() == 0);
  CHECK_FALSE(x.core().next_deadline_ms());
  CHECK(x.joined(x.join(joiner(id))).error == group_error::unknown_member_id);
}

TEST_CASE("group: a rebalance waits for ids that were given out") {
  group_fixture x;
  auto members = x.stable_group(1);
  auto pending = x.joined(x.join(joiner())).member_id;
  auto again = x.join(joiner(members[0]));
  CHECK(x.waiting(again));
  SUBCASE("until they join") {
    auto joined = x.join(joiner(pending));
    CHECK(x.joined(joined).generation == 2);
    CHECK(x.joined(again).members.size() == 2);
  }
  SUBCASE("until they leave") {
    auto left = x.leave({{pending, {}}});
    CHECK(x.answer<leave_answer>(left).members[0].error == group_error::none);
    CHECK(x.joined(again).members.size() == 1);
  }
  SUBCASE("until they expire") {
    x.pass(session_ms);
    CHECK(x.joined(again).members.size() == 1);
  }
}

TEST_CASE("group: only so many ids wait to be used") {
  group_config config;
  config.pending_members_per_group_max = 2;
  group_fixture x{config};
  x.join(joiner());
  x.join(joiner());
  CHECK(x.joined(x.join(joiner())).error
        == group_error::coordinator_not_available);
  x.pass(session_ms);
  CHECK(x.joined(x.join(joiner())).error == group_error::member_id_required);
}

TEST_CASE("group: there are only so many groups") {
  group_config config;
  config.groups_max = 1;
  group_fixture x{config};
  x.stable_group(1);
  auto other = joiner();
  other.group_id = "other";
  CHECK(x.joined(x.join(other)).error
        == group_error::coordinator_not_available);
  CHECK(x.commit({"other", {}, {}, -1, -1, {offset_at("t", 1)}}).error
        == group_error::coordinator_not_available);
}

TEST_CASE("group: the first generation waits while members keep arriving") {
  group_fixture x;
  auto [first, first_ticket] = x.enter();
  x.pass(2000);
  auto [second, second_ticket] = x.enter();
  x.pass(1000);
  // At 3 s: one came during the delay, so another delay begins.
  CHECK(x.waiting(first_ticket));
  x.pass(2000);
  auto [third, third_ticket] = x.enter();
  x.pass(1000);
  CHECK(x.waiting(first_ticket));
  x.pass(2999);
  CHECK(x.waiting(first_ticket));
  x.pass(1);
  CHECK(x.joined(first_ticket).members.size() == 3);
  CHECK(x.joined(second_ticket).members.empty());
  CHECK(x.joined(third_ticket).leader == first);
}

TEST_CASE("group: arrivals prolong the delay up to the rebalance timeout") {
  group_fixture x;
  auto request = static_joiner("0");
  request.rebalance_timeout_ms = 8000;
  auto first = x.join(request);
  for (int i = 1; i < 9; ++i) {
    CHECK(x.waiting(first));
    x.pass(999);
    request.group_instance_id = std::to_string(i);
    x.join(request);
    x.pass(1);
  }
  CHECK_FALSE(x.waiting(first));
  CHECK(x.joined(first).members.size() == 9);
}

TEST_CASE("group: without a delay the first member gets its generation") {
  group_config config;
  config.initial_rebalance_delay_ms = 0;
  group_fixture x{config};
  auto [id, ticket] = x.enter();
  CHECK(x.joined(ticket).generation == 1);
  CHECK(x.joined(ticket).leader == id);
}

TEST_CASE("group: the most wanted protocol of those in common is chosen") {
  group_fixture x;
  auto first = x.join(static_joiner("1", {}, {"b", "a", "c"}));
  auto second = x.join(static_joiner("2", {}, {"c", "a", "b"}));
  auto third = x.join(static_joiner("3", {}, {"a", "b"}));
  auto fourth = x.join(static_joiner("4", {}, {"a", "c", "b"}));
  x.pass(10000);
  // "c" is not offered by all, so the second member's vote goes to "a".
  for (auto ticket : {first, second, third, fourth}) {
    CHECK(x.joined(ticket).protocol_name == "a");
    CHECK(x.joined(ticket).protocol_type == "consumer");
  }
  CHECK(std::ranges::all_of(x.joined(first).members, [](const auto& member) {
    return member.metadata == subscription({"t"});
  }));
}

TEST_CASE("group: members without a common protocol are kept apart") {
  group_fixture x;
  x.join(static_joiner("1", {}, {"a", "b"}));
  auto other_type = static_joiner("2", {}, {"a"});
  other_type.protocol_type = "connect";
  CHECK(x.joined(x.join(other_type)).error
        == group_error::inconsistent_group_protocol);
  CHECK(x.joined(x.join(static_joiner("3", {}, {"c"}))).error
        == group_error::inconsistent_group_protocol);
  // A name that is repeated is not offered twice.
  CHECK(x.waiting(x.join(static_joiner("4", {}, {"b", "b"}))));
  CHECK(x.joined(x.join(static_joiner("5", {}, {"a", "a"}))).error
        == group_error::inconsistent_group_protocol);
  x.pass(10000);
  CHECK(x.core().describe("g").members.size() == 2);
}

TEST_CASE("group: a full group refuses new members, not its own") {
  group_config config;
  config.members_per_group_max = 2;
  group_fixture x{config};
  auto members = x.stable_group(2);
  auto refused = x.joined(x.join(joiner()));
  CHECK(refused.error == group_error::group_max_size_reached);
  CHECK(refused.member_id.empty());
  auto again = x.join(joiner(members[0]));
  CHECK(x.waiting(again));
  CHECK(x.joined(x.join(joiner(members[1]))).generation == 2);
  CHECK(x.joined(again).members.size() == 2);
}

TEST_CASE("group: an id that was given out does not help into a full group") {
  group_config config;
  config.members_per_group_max = 1;
  group_fixture x{config};
  auto late = x.joined(x.join(joiner())).member_id;
  auto [id, ticket] = x.enter();
  CHECK(x.joined(x.join(joiner(late))).error
        == group_error::group_max_size_reached);
  x.pass(3000);
  CHECK(x.joined(ticket).members.size() == 1);
  CHECK(x.joined(x.join(joiner(late))).error
        == group_error::group_max_size_reached);
}

TEST_CASE("group: the subscriptions of a group are bounded together") {
  group_config config;
  config.subscription_bytes_per_group_max = 50;
  group_fixture x{config};
  auto first = static_joiner("1");
  first.protocols[0].metadata.resize(30);
  auto ticket = x.join(first);
  auto second = static_joiner("2");
  second.protocols[0].metadata.resize(20);
  CHECK(x.joined(x.join(second)).error == group_error::group_max_size_reached);
  x.pass(3000);
  // The first one's own bytes are not in its way.
  first.member_id = x.joined(ticket).member_id;
  first.protocols[0].metadata.resize(40);
  CHECK(x.joined(x.join(first)).generation == 2);
}
