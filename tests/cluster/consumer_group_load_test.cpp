// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>
#include <troupe/cluster/consumer_group_record_codec.h>

#include <doctest/doctest.h>

#include <map>

using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// What a compacted log, or a view of it, keeps: one record per key, by key.
std::vector<consumer_group_record>
compacted(const std::vector<consumer_group_record>& log) {
  std::map<std::vector<std::byte>, consumer_group_record> last;
  for (const auto& record : log) {
    auto key = encode(record).key;
    if (std::holds_alternative<consumer_record_removal>(record))
      last.erase(key);
    else
      last.insert_or_assign(key, record);
  }
  std::vector<consumer_group_record> records;
  for (const auto& [key, record] : last)
    records.push_back(record);
  return records;
}

} // namespace

TEST_CASE("consumer group: a restart moves nothing and fences nobody") {
  consumer_group_fixture x{{{"t", 4}, {"u", 2}}};
  auto join = join_as("a", {"t"});
  join.subscribed_topic_regex = "u+";
  join.rack_id = "rack";
  join.server_assignor = "range";
  x.send(join);
  x.join("b", {"t"});
  x.beat("a", 1, {});
  x.beat("b", 2);
  REQUIRE(x.state() == "Stable");
  for (bool compact : {false, true}) {
    if (compact)
      x.log = compacted(x.log);
    auto before = x.group->describe(x.topics());
    auto records = x.log.size();
    x.restart();
    CHECK(x.group->describe(x.topics()) == before);
    for (const auto* name : {"a", "b"}) {
      auto answer = x.beat(name, 2);
      CHECK(answer.error == group_error::none);
      CHECK(answer.member_epoch == 2);
      CHECK_FALSE(answer.assignment);
    }
    CHECK(x.log.size() == records);
    CHECK(x.state() == "Stable");
  }
}

TEST_CASE("consumer group: a restart gives everybody a full session") {
  consumer_group_fixture x{{{"t", 2}}};
  x.join("a", {"t"});
  x.now.steady_ms = 7;
  x.restart();
  CHECK(x.group->next_deadline_ms() == 7 + 45000);
  CHECK(x.pass(44999).empty());
  CHECK(x.pass(1).size() == 4);
}

TEST_CASE("consumer group: a restart in the middle of a move goes on") {
  consumer_group_fixture x{{{"t", 2}}};
  x.join("a", {"t"});
  x.join("b", {"t"});
  x.beat("a", 1);
  x.restart();
  CHECK_FALSE(x.beat("b", 2).assignment);
  CHECK(x.beat("a", 1, all_of("t", 1)).member_epoch == 2);
  x.restart();
  REQUIRE(x.beat("b", 2).assignment);
  CHECK(x.state() == "Stable");
}

TEST_CASE("consumer group: topics that changed meanwhile move the group on") {
  consumer_group_fixture x{{{"t", 2}}};
  x.join("a", {"t"});
  x.set_topics({{"t", 3}});
  x.restart();
  auto answer = x.beat("a", 1);
  CHECK(answer.member_epoch == 2);
  CHECK(answer.assignment == all_of("t", 3));
}

TEST_CASE("consumer group: members that left are not loaded") {
  consumer_group_fixture x{{{"t", 2}}};
  x.join("a", {"t"});
  x.join("b", {"t"});
  x.leave("a");
  x.restart();
  CHECK(x.group->member_count() == 1);
  x.leave("b");
  x.restart();
  CHECK(x.state() == "Empty");
  // Epochs go on where they were.
  CHECK(x.join("c", {"t"}).member_epoch == 5);
}

TEST_CASE("consumer group: a log that contradicts itself is loaded") {
  consumer_group_fixture x{{{"t", 2}}};
  x.log = {
      consumer_group_epoch{"g", 3, 0},
      consumer_target_epoch{"g", 3},
      consumer_member_current{
          "g", "ghost", 3, 2, member_state::stable, all_of("t", 2), {}},
  };
  for (const auto* name : {"a", "b"}) {
    consumer_member_metadata metadata;
    metadata.group = "g";
    metadata.member_id = name;
    metadata.rebalance_timeout_ms = 1000;
    metadata.subscribed_topic_names = {"t"};
    metadata.subscribed_topic_regex = "(";
    x.log.push_back(metadata);
    x.log.push_back(consumer_member_current{
        "g", name, 3, 2, member_state::stable, all_of("t", 2), {}});
  }
  x.restart();
  CHECK(x.group->member_count() == 2);
  auto members = x.group->describe(x.topics()).members;
  CHECK(members[0].assignment.size() == 1);
  CHECK(members[1].assignment.empty());
  CHECK(x.beat("a", 3).error == group_error::none);
  CHECK(x.beat("b", 3).error == group_error::none);
}
