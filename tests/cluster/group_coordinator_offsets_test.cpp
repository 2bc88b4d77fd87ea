// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/group_fixture.h>

#include <doctest/doctest.h>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

constexpr int64_t day_ms = 24 * 60 * 60 * 1000;

std::vector<std::string> removed_topics(const group_effects& effects) {
  std::vector<std::string> x;
  for (const auto& record : effects.records)
    if (const auto* removal = std::get_if<offset_removal>(&record))
      x.push_back(removal->partition.topic);
  return x;
}

bool removes_group(const group_effects& effects) {
  return !effects.records.empty()
         && std::holds_alternative<group_removal>(effects.records.back());
}

commit_request simple_commit(std::vector<offset_commit> offsets) {
  return {"g", {}, {}, -1, -1, std::move(offsets)};
}

} // namespace

TEST_CASE("group: offsets of an empty group expire after it became empty") {
  group_fixture x;
  auto members = x.stable_group(1);
  x.commit(members[0], 1);
  auto stored = x.commits();
  x.pass(session_ms);
  CHECK(x.state() == group_state::empty);
  x.pass(7 * day_ms - 1);
  CHECK(x.core().expire_offsets("g", stored, x.now()).empty());
  x.pass(1);
  auto effects = x.core().expire_offsets("g", stored, x.now());
  CHECK(removed_topics(effects) == std::vector<std::string>{"t"});
  CHECK(removes_group(effects));
  CHECK(x.core().group_count() == 0);
  CHECK(x.core().describe("g").state == group_state::dead);
}

TEST_CASE("group: a simple group's offsets expire each after its commit") {
  group_fixture x;
  x.commit(simple_commit({offset_at("t", 1)}));
  x.pass(day_ms);
  x.commit(simple_commit({offset_at("u", 1)}));
  auto stored = x.commits();
  x.pass(6 * day_ms);
  auto effects = x.core().expire_offsets("g", stored, x.now());
  CHECK(removed_topics(effects) == std::vector<std::string>{"t"});
  CHECK_FALSE(removes_group(effects));
  x.pass(day_ms);
  stored.erase(stored.begin());
  effects = x.core().expire_offsets("g", stored, x.now());
  CHECK(removed_topics(effects) == std::vector<std::string>{"u"});
  CHECK(removes_group(effects));
}

TEST_CASE("group: members keep the offsets of what they read, not of more") {
  group_fixture x;
  auto members = x.stable_group(1);
  x.commit(
      {"g", members[0], {}, 1, -1, {offset_at("t", 1), offset_at("u", 1)}});
  auto stored = x.commits();
  auto later = x.now();
  later.wall_ms += 7 * day_ms;
  auto effects = x.core().expire_offsets("g", stored, later);
  CHECK(removed_topics(effects) == std::vector<std::string>{"u"});
  CHECK_FALSE(removes_group(effects));
  x.join(joiner(members[0]));
  CHECK(x.state() == group_state::completing_rebalance);
  CHECK(x.core().expire_offsets("g", stored, later).empty());
}

TEST_CASE("group: nothing expires while subscriptions are not understood") {
  group_fixture x;
  auto request = static_joiner("i");
  SUBCASE("because they are garbage") {
    request.protocols[0].metadata = bytes_of("garbage");
  }
  SUBCASE("because the members are no consumers") {
    request.protocol_type = "connect";
  }
  auto ticket = x.join(request);
  x.pass(3000);
  auto id = x.joined(ticket).member_id;
  x.sync_all({id}, 1);
  CHECK(x.commit(id, 1) == group_error::none);
  auto later = x.now();
  later.wall_ms += 8 * day_ms;
  CHECK(x.core().expire_offsets("g", x.commits(), later).empty());
}

TEST_CASE("group: an explicit retention goes before the group's") {
  group_fixture x;
  auto request = simple_commit({offset_at("t", 1)});
  request.retention_ms = 1000;
  x.commit(request);
  auto stored = x.commits();
  x.pass(999);
  CHECK(x.core().expire_offsets("g", stored, x.now()).empty());
  x.pass(1);
  CHECK(removes_group(x.core().expire_offsets("g", stored, x.now())));
}

TEST_CASE("group: an empty group without offsets is removed") {
  group_fixture x;
  x.stable_group(1);
  x.pass(session_ms);
  auto pending = x.joined(x.join(joiner())).member_id;
  // Somebody is about to join.
  CHECK(x.core().expire_offsets("g", {}, x.now()).empty());
  x.leave({{pending, {}}});
  CHECK(removes_group(x.core().expire_offsets("g", {}, x.now())));
}

TEST_CASE("group: offsets whose group is unknown expire all the same") {
  group_fixture x;
  auto stored = offset_at("t", 1);
  stored.commit_timestamp = x.now().wall_ms - 7 * day_ms;
  auto effects = x.core().expire_offsets("lost", {&stored, 1}, x.now());
  CHECK(removed_topics(effects) == std::vector<std::string>{"t"});
  CHECK_FALSE(removes_group(effects));
}

TEST_CASE("group: an offset is deleted unless its topic is read") {
  group_fixture x;
  std::vector<troupe::storage::topic_partition> both{{"t", 0}, {"u", 3}};
  auto erase = [&](std::string_view id) {
    auto effects = x.core().delete_offsets(x.ticket(), id, both);
    REQUIRE(effects.answers.size() == 1);
    return std::pair{std::get<delete_offsets_answer>(effects.answers[0].what),
                     removed_topics(effects)};
  };
  CHECK(erase("g").first.error == group_error::group_id_not_found);
  CHECK(erase("").first.error == group_error::invalid_group_id);
  x.stable_group(1);
  auto [answer, removed] = erase("g");
  CHECK(answer.partitions
        == std::vector<group_error>{group_error::group_subscribed_to_topic,
                                    group_error::none});
  CHECK(removed == std::vector<std::string>{"u"});
  x.pass(session_ms);
  CHECK(erase("g").second == std::vector<std::string>{"t", "u"});
}

TEST_CASE("group: no offset of a group of strangers is deleted") {
  group_fixture x;
  auto request = static_joiner("i");
  request.protocol_type = "connect";
  x.join(request);
  std::vector<troupe::storage::topic_partition> one{{"t", 0}};
  auto effects = x.core().delete_offsets(7, "g", one);
  CHECK(effects.records.empty());
  CHECK(std::get<delete_offsets_answer>(effects.answers[0].what).error
        == group_error::non_empty_group);
}

TEST_CASE("group: only an empty group is deleted, with its offsets") {
  group_fixture x;
  std::vector<troupe::storage::topic_partition> stored{{"t", 0}};
  auto erase = [&] { return x.core().delete_group(x.ticket(), "g", stored); };
  auto error_of = [](const group_effects& effects) {
    return std::get<delete_group_answer>(effects.answers.at(0).what).error;
  };
  CHECK(error_of(erase()) == group_error::group_id_not_found);
  auto members = x.stable_group(1);
  CHECK(error_of(erase()) == group_error::non_empty_group);
  x.join(joiner(members[0]));
  CHECK(error_of(erase()) == group_error::non_empty_group);
  x.pass(rebalance_ms);
  auto effects = erase();
  CHECK(error_of(effects) == group_error::none);
  CHECK(removed_topics(effects) == std::vector<std::string>{"t"});
  CHECK(removes_group(effects));
  x.take(std::move(effects));
  CHECK(x.core().group_count() == 0);
  CHECK(error_of(erase()) == group_error::group_id_not_found);
  x.restart();
  CHECK(x.core().group_count() == 0);
}

TEST_CASE("group: offsets go with their topics") {
  group_fixture x;
  x.commit("", -1);
  std::vector<troupe::storage::topic_partition> stored{{"t", 0}, {"t", 1}};
  auto effects = x.core().topics_deleted("g", stored);
  CHECK(removed_topics(effects) == std::vector<std::string>{"t", "t"});
  CHECK(x.state() == group_state::empty);
}
