// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_fixture.h"
#include "routing_fixture.h"

#include <doctest/doctest.h>

#include <optional>
#include <set>
#include <string>

namespace troupe::actors {

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: commits are listed page by page") {
  constexpr size_t groups = 45;
  for (size_t i = 0; i < groups; ++i)
    commit(i, "group-" + std::to_string(i), 7);
  std::set<std::string> seen;
  size_t pages = 0;
  std::optional<list_commits> next{list_commits{}};
  while (next) {
    auto page = ask<commits_listed>(coordinator, *next);
    CHECK(page.commits.size() < groups);
    for (const auto& x : page.commits) {
      CHECK(x.offset == 7);
      CHECK(x.partition == storage::topic_partition{"orders", 0});
      CHECK(seen.insert(x.group).second);
    }
    next = page.next;
    ++pages;
  }
  CHECK(seen.size() == groups);
  CHECK(pages > 1);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: commits of groups elsewhere are not "
                  "listed") {
  commit(5, "g", 7);
  publish(offsets_led_by(this_node + 1, 9));
  auto page = ask<commits_listed>(coordinator, list_commits{});
  CHECK(page.commits.empty());
  CHECK_FALSE(page.next.has_value());
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: a page beyond the last one is empty") {
  commit(5, "g", 7);
  auto page = ask<commits_listed>(coordinator, list_commits{1, {}});
  CHECK(page.commits.empty());
  page = ask<commits_listed>(coordinator, list_commits{0, "g"});
  CHECK(page.commits.empty());
  CHECK_FALSE(page.next.has_value());
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: how far a group has come is known") {
  commit(1, "g", 7);
  commit(2, "further", 9);
  auto found = [this](const std::string& topic, const std::string& group) {
    return ask<found_commit>(coordinator, find_commit{{topic, 0}, group});
  };
  CHECK(found("orders", "g").offset == 7);
  CHECK(found("orders", "g").complete);
  CHECK(found("orders", "nobody").offset == storage::no_offset);
  CHECK(found("others", "g").offset == storage::no_offset);
  commit(3, "g", 8);
  CHECK(found("orders", "g").offset == 8);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: of all groups the furthest is found") {
  find_commit any{{"orders", 0}, {}};
  CHECK(ask<found_commit>(coordinator, any).offset == storage::no_offset);
  commit(1, "g", 7);
  commit(2, "further", 9);
  // Groups are looked for once in a while.
  now.steady_ms += 60'000;
  CHECK(ask<found_commit>(coordinator, any).offset == 9);
  commit(3, "g", 12);
  CHECK(ask<found_commit>(coordinator, any).offset == 12);
}

TEST_CASE_FIXTURE(group_coordinator_fixture,
                  "group coordinator: commits are known where the offsets "
                  "partition is only followed") {
  commit(5, "g", 7);
  publish(offsets_led_by(this_node + 1, 9));
  auto found = ask<found_commit>(coordinator, find_commit{{"orders", 0}, "g"});
  CHECK(found.offset == 7);
  CHECK(found.complete);
}

} // namespace troupe::actors
