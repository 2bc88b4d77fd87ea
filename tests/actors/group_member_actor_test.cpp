// SPDX-License-Identifier: Apache-2.0
#include "group_member_fixture.h"

#include <algorithm>
#include <chrono>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

const storage::topic_partition orders_0{"orders", 0};

using partition_list = std::vector<storage::topic_partition>;

partition_list sorted(partition_list x) {
  std::ranges::sort(x);
  return x;
}

const partition_list all_orders{{"orders", 0}, {"orders", 1}, {"orders", 2}};

storage::offset_t
begin_of(const member_notes& x, const storage::topic_partition& what) {
  for (const auto& y : x.subscribed_to)
    if (y.what == what)
      return y.from;
  FAIL("not subscribed to");
  return storage::no_offset;
}

} // namespace

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: the only member has all partitions, from "
                  "what was committed on") {
  commit(1, "readers", 7);
  auto& me = member("a");
  CHECK(sorted(me.notes.assigned) == all_orders);
  CHECK(me.notes.subscribed_to.size() == 3);
  CHECK(begin_of(me.notes, orders_0) == 7);
  CHECK(begin_of(me.notes, {"orders", 1}) == from_earliest);
  tell(me.actor, request_blocks{3});
  CHECK(me.notes.demand == 3);
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: without a committed offset and without a "
                  "reset a partition ends") {
  options.reset = offset_reset::none;
  commit(1, "readers", 7);
  auto& me = member("a");
  REQUIRE(me.notes.subscribed_to.size() == 1);
  CHECK(me.notes.subscribed_to[0].what == orders_0);
  REQUIRE(me.notes.ends.size() == 2);
  CHECK(is(me.notes.ends[0].why, storage::errc::offset_out_of_range));
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: what was committed is gone, and it goes on "
                  "where it is told") {
  commit(1, "readers", 7);
  options.retry_backoff = 100ms;
  auto& me = member("a");
  CHECK(me.notes.subscribed_to.size() == 3);
  me.notes.subscribed_to.clear();
  // The next one to begin is refused.
  me.notes.subscribe_refusal =
      storage::error{storage::errc::offset_out_of_range, "gone"};
  auto& other = member("b");
  other.notes.subscribe_refusal = me.notes.subscribe_refusal;
  tell(me.actor, leave_group{});
  settle();
  auto begins = other.notes.subscribed_to;
  auto at_7 =
      std::ranges::count(begins, storage::offset_t{7}, &subscribe::from);
  CHECK(at_7 == 1);
  CHECK(std::ranges::count(begins, orders_0, &subscribe::what) == 2);
  CHECK_FALSE(other.notes.ends.empty());
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: what is processed is committed when it is "
                  "asked for") {
  auto& me = member("a");
  tell(me.actor, records_processed{orders_0, 5});
  CHECK(committed("readers") == -1);
  CHECK(ask<offsets_committed>(me.actor, commit_offsets{}).why.ok());
  CHECK(committed("readers") == 5);
  // Nothing is new.
  CHECK(ask<offsets_committed>(me.actor, commit_offsets{}).why.ok());
  tell(me.actor, records_processed{{"others", 0}, 5});
  CHECK(ask<offsets_committed>(me.actor, commit_offsets{}).why.ok());
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: commits come by themselves, unless they are "
                  "not wanted") {
  options.group->auto_commit_interval = 2s;
  SUBCASE("wanted") {
    auto& me = member("a");
    tell(me.actor, records_processed{orders_0, 5});
    advance(1s);
    CHECK(committed("readers") == -1);
    advance(1s);
    CHECK(committed("readers") == 5);
    tell(me.actor, records_processed{orders_0, 8});
    CHECK(ask<group_left>(me.actor, leave_group{}).why.ok());
    CHECK(committed("readers") == 8);
  }
  SUBCASE("not wanted") {
    options.group->auto_commit_interval = 0s;
    auto& me = member("a");
    tell(me.actor, records_processed{orders_0, 5});
    settle();
    CHECK(ask<group_left>(me.actor, leave_group{}).why.ok());
    CHECK(committed("readers") == -1);
  }
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: partitions are committed and let go before "
                  "another member has them") {
  auto& first = member("a");
  auto& second = member("b");
  tell(first.actor, records_processed{orders_0, 5});
  settle();
  REQUIRE(first.notes.revoked.size() == 1);
  auto going = first.notes.revoked[0].what;
  CHECK_FALSE(going.empty());
  CHECK(first.notes.given_up == going);
  CHECK(second.notes.assigned.empty());
  release(first);
  settle();
  CHECK(sorted(second.notes.assigned) == sorted(going));
  if (std::ranges::count(going, orders_0) > 0)
    CHECK(begin_of(second.notes, orders_0) == 5);
  // When the first one goes the second has everything.
  CHECK(ask<group_left>(first.actor, leave_group{}).why.ok());
  CHECK(first.notes.left.empty());
  settle();
  CHECK(sorted(second.notes.assigned) == all_orders);
  CHECK(begin_of(second.notes, orders_0) == 5);
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: who does not let go does not stop the group") {
  options.group->rebalance_timeout = 40s;
  auto& first = member("a");
  auto& second = member("b");
  settle();
  REQUIRE(first.notes.revoked.size() == 1);
  CHECK(second.notes.assigned.empty());
  for (int i = 0; i < 3; ++i)
    settle();
  CHECK(second.notes.assigned.size() == first.notes.revoked[0].what.size());
  CHECK(first.notes.lost.empty());
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: whose session was over loses everything, and "
                  "comes back") {
  auto& me = member("a");
  tell(me.actor, records_processed{orders_0, 5});
  // The coordinator alone goes on.
  now.steady_ms += 60'000;
  tell(coordinator, group_deadline_due{});
  me.notes.assigned.clear();
  settle();
  CHECK(sorted(me.notes.lost) == all_orders);
  CHECK(sorted(me.notes.given_up) == all_orders);
  CHECK(sorted(me.notes.assigned) == all_orders);
  CHECK(committed("readers") == -1);
  CHECK(me.notes.left.empty());
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: it leaves when another node coordinates the "
                  "group, and says so") {
  auto& me = member("a");
  publish(offsets_led_by(2, 9));
  settle();
  REQUIRE(me.notes.left.size() == 1);
  CHECK(is(me.notes.left[0].why, errc::not_leader));
  auto late = start_asking<offsets_committed>(me.actor, commit_offsets{});
  CHECK_FALSE(late->has_value());
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: a partition without a replica here is left to "
                  "others") {
  publish(routing_builder()
              .topic("__consumer_offsets", 1, 1, partition)
              .topic("orders", 2, 3, partition)
              .replicated_by("orders", {2, 3})
              .build());
  auto& me = member("a");
  settle();
  REQUIRE(me.notes.left.size() == 1);
  CHECK(is(me.notes.left[0].why, errc::not_leader));
  auto& other = member("b");
  settle();
  CHECK(other.notes.assigned.size() == 3);
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: the first one has the topic of groups made, "
                  "and waits for it") {
  publish(routing_builder().topic("orders", 2, 3, partition).build());
  auto& me = member("a");
  REQUIRE_FALSE(created.empty());
  CHECK(created[0].topics.at(0).name == "__consumer_offsets");
  CHECK(me.notes.assigned.empty());
  publish(all_topics());
  settle();
  CHECK(me.notes.assigned.size() == 3);
}

TEST_CASE_FIXTURE(group_member_fixture,
                  "group_member: it commits and leaves when its subscriber "
                  "ends") {
  auto& me = member("a");
  auto& other = member("b");
  tell(me.actor, records_processed{orders_0, 5});
  caf::anon_send_exit(me.subscriber, caf::exit_reason::user_shutdown);
  run();
  CHECK(committed("readers") == 5);
  settle();
  CHECK(sorted(other.notes.assigned) == all_orders);
}
