// SPDX-License-Identifier: Apache-2.0
#include "group_shard_fixture.h"

#include <doctest/doctest.h>

#include <string>
#include <variant>
#include <vector>

namespace troupe::actors {

namespace {

using tickets = std::vector<uint64_t>;

cluster::group_error error_of(const cluster::group_answer& x) {
  return std::visit(
      [](const auto& answer) {
        if constexpr (requires { answer.partitions; }) {
          if (!answer.partitions.empty())
            return answer.partitions.front();
        }
        return answer.error;
      },
      x.what);
}

} // namespace

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: a commit is answered when it is in the log") {
  commit(1, "g", 10);
  CHECK(answered().empty());
  auto batch = begin_append();
  CHECK(answered().empty());
  CHECK(stored_offset("g") == -1);
  end_append(batch);
  CHECK(answered() == tickets{1});
  CHECK(error_of(last_answers[0]) == cluster::group_error::none);
  CHECK(stored_offset("g") == 10);
}

TEST_CASE_FIXTURE(group_shard_fixture, "group shard: what comes while a batch "
                                       "is in flight is gathered into one") {
  commit(1, "g", 10);
  auto first = begin_append();
  commit(2, "g", 11);
  commit(3, "other", 5);
  commit(4, "g", 12);
  CHECK_FALSE(shard->next_batch(now.wall_ms).has_value());
  end_append(first);
  CHECK(answered() == tickets{1});
  REQUIRE(append());
  CHECK(answered() == tickets{2, 3, 4});
  CHECK(stored_offset("g") == 12);
  CHECK(stored_offset("other") == 5);
  CHECK_FALSE(append());
}

TEST_CASE_FIXTURE(group_shard_fixture, "group shard: of two values of a key in "
                                       "a batch the later one is written") {
  commit(1, "g", 10);
  end_append(begin_append());
  for (uint64_t ticket = 2; ticket < 12; ++ticket)
    commit(ticket, "g", static_cast<storage::offset_t>(10 * ticket));
  auto batch = begin_append();
  CHECK(records_in(batch) == 1);
  end_append(batch);
  CHECK(answered().size() == 11);
  CHECK(stored_offset("g") == 110);
  restart();
  CHECK(stored_offset("g") == 110);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: a batch keeps what other groups and "
                  "partitions wrote last") {
  commit(1, "g", 10);
  end_append(begin_append());
  commit(2, "g", 20, 1);
  commit(3, "g", 30, 2);
  commit(4, "h", 40, 1);
  const storage::topic_partition removed{"orders", 1};
  shard->take(shard->groups().delete_offsets(5, "g", {&removed, 1}));
  auto batch = begin_append();
  // Of g a removal and an offset, of h an offset and the group itself.
  CHECK(records_in(batch) == 4);
  end_append(batch);
  restart();
  CHECK(stored_offset("g", 0) == 10);
  CHECK(stored_offset("g", 1) == storage::no_offset);
  CHECK(stored_offset("g", 2) == 30);
  CHECK(stored_offset("h", 1) == 40);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: answers of a group keep their order, others "
                  "do not wait for it") {
  commit(1, "g", 10);
  cluster::heartbeat_request beat{"g", "nobody", {}, 3};
  shard->take(shard->groups().heartbeat(2, beat, now));
  beat.group_id = "other";
  shard->take(shard->groups().heartbeat(3, beat, now));
  CHECK(answered() == tickets{3});
  REQUIRE(append());
  CHECK(answered() == tickets{1, 2});
  CHECK_FALSE(append());
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: an append that failed is told to everybody "
                  "whose records were in it or behind it") {
  commit(1, "g", 10);
  begin_append();
  commit(2, "other", 11);
  shard->fail(cluster::group_error::coordinator_not_available);
  CHECK(answered() == tickets{1, 2});
  for (const auto& x : last_answers)
    CHECK(error_of(x) == cluster::group_error::coordinator_not_available);
  CHECK(shard->state() == group_shard::phase::closed);
  restart();
  CHECK(stored_offset("g") == -1);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: an append that takes long is told to whoever "
                  "waits, and counts all the same") {
  commit(1, "g", 10);
  auto batch = begin_append();
  commit(2, "g", 11);
  shard->take(shard->groups().heartbeat(3, {"g", "nobody", {}, 3}, now));
  CHECK(answered().empty());
  auto late = cluster::group_error::coordinator_not_available;
  shard->refuse_waiting(late);
  CHECK(answered() == tickets{1, 2, 3});
  CHECK(error_of(last_answers[0]) == late);
  CHECK(error_of(last_answers[1]) == late);
  // Members that are there must not take the coordinator for gone.
  CHECK(error_of(last_answers[2]) == cluster::group_error::unknown_member_id);
  CHECK(shard->state() == group_shard::phase::serving);
  end_append(batch);
  CHECK(stored_offset("g") == 10);
  REQUIRE(append());
  CHECK(stored_offset("g") == 11);
  CHECK(answered().empty());
  commit(4, "g", 12);
  REQUIRE(append());
  CHECK(answered() == tickets{4});
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: who is parked hears of the end") {
  config.initial_rebalance_delay_ms = 3000;
  cluster::join_request x;
  x.group_id = "g";
  x.session_timeout_ms = 10000;
  x.rebalance_timeout_ms = 10000;
  x.protocol_type = "consumer";
  x.protocols = {{"range", {}}};
  x.knows_member_id_required = false;
  shard->take(shard->groups().join(5, x, now));
  CHECK(answered().empty());
  shard->fail(cluster::group_error::not_coordinator);
  CHECK(answered() == tickets{5});
  CHECK(error_of(last_answers[0]) == cluster::group_error::not_coordinator);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: a restart reads what the view lacks") {
  commit(1, "g", 10);
  append();
  REQUIRE(shard->offsets().update().has_value());
  commit(2, "g", 20);
  commit(3, "late", 30);
  append();
  SUBCASE("the view was not updated") {}
  SUBCASE("the view was lost") {
    view = storage::make_memory_log_view();
  }
  SUBCASE("the view is as new as the log") {
    REQUIRE(shard->offsets().update().has_value());
  }
  restart();
  CHECK(stored_offset("g") == 20);
  CHECK(stored_offset("late") == 30);
  CHECK(shard->groups().list().size() == 2);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: one that follows has the view ready for the "
                  "day it leads") {
  commit(1, "g", 10);
  append();
  commit(2, "g", 20);
  append();
  group_shard follower{shard->name(), config, *view};
  REQUIRE(follower.open({}, 0, log_end()).has_value());
  REQUIRE(follower.load(log()).has_value());
  CHECK(follower.next_offset() == log_end());
  REQUIRE(follower.lead(leader_epoch, 1).has_value());
  CHECK(follower.read_from() == log_end());
  follower.loaded(now);
  CHECK(follower.groups().list().size() == 1);
  auto found = follower.find("g", {"orders", 0});
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  CHECK((*found)->offset == 20);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: a view that took another way than the log "
                  "begins anew") {
  commit(1, "g", 10);
  append();
  commit(2, "g", 11);
  append();
  REQUIRE(shard->offsets().update().has_value());
  auto stale = std::move(view);
  lose_log();
  view = storage::make_memory_log_view();
  restart();
  commit(3, "other", 20);
  SUBCASE("the log is shorter") {
    append();
  }
  SUBCASE("the log is as long and of another epoch") {
    append();
    commit(4, "another", 30);
    append();
    commit(5, "another", 31);
    append();
  }
  view = std::move(stale);
  restart();
  CHECK(stored_offset("g") == -1);
  CHECK(stored_offset("other") == 20);
  CHECK(shard->groups().describe("g").error
        == cluster::group_error::group_id_not_found);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: a removal covers commits on their way") {
  commit(1, "g", 10, 0);
  append();
  commit(2, "g", 20, 1);
  begin_append();
  commit(3, "g", 30, 2);
  auto stored = shard->stored("g");
  REQUIRE(stored.has_value());
  CHECK(stored->size() == 3);
  auto acknowledged = shard->acknowledged("g");
  REQUIRE(acknowledged.has_value());
  CHECK(acknowledged->size() == 1);
}

TEST_CASE_FIXTURE(group_shard_fixture,
                  "group shard: bytes that are no batch do not load") {
  commit(1, "g", 10);
  append();
  group_shard damaged{{"__consumer_offsets", 0}, config, *view};
  REQUIRE(damaged.open({}, 0, 100).has_value());
  std::vector<std::byte> garbage(80, std::byte{0x55});
  CHECK_FALSE(damaged.load(garbage).has_value());
}

} // namespace troupe::actors
