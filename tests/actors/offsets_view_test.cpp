// SPDX-License-Identifier: Apache-2.0
#include "offsets_view.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe::actors {

namespace {

const storage::topic_partition name{"__consumer_offsets", 4};

constexpr const char* nothing = "(nothing)";

std::string value_of(result<std::optional<std::string>> found) {
  REQUIRE(found.has_value());
  return found->value_or(nothing);
}

storage::offset_t opened(offsets_view& x, const storage::uuid& topic_id,
                         storage::offset_t start, storage::offset_t end) {
  auto begin = x.open(topic_id, start, end);
  REQUIRE(begin.has_value());
  return *begin;
}

storage::uuid id_of_topic(uint8_t number) {
  storage::uuid id;
  id.bytes.fill(number);
  return id;
}

struct view_fixture {
  view_fixture() { REQUIRE(opened(offsets, id_of_topic(1), 0, 100) == 0); }

  void
  put(const std::string& key, const std::string& value, storage::offset_t end) {
    offsets.put(key, value);
    offsets.advance(end, 5);
  }

  std::string above(const std::string& key) {
    return value_of(offsets.get(key));
  }
  std::string below(const std::string& key) {
    return value_of(view->get(name, key));
  }

  std::unique_ptr<storage::log_view> view = storage::make_memory_log_view();
  offsets_view offsets{name, *view};
};

} // namespace

TEST_CASE_FIXTURE(view_fixture, "offsets view: what was put is found before "
                                "and after the view has it") {
  put("a", "1", 1);
  CHECK(above("a") == "1");
  CHECK(below("a") == nothing);
  CHECK(offsets.behind());
  REQUIRE(offsets.update().has_value());
  CHECK_FALSE(offsets.behind());
  CHECK(below("a") == "1");
  CHECK(above("a") == "1");
}

TEST_CASE_FIXTURE(view_fixture,
                  "offsets view: only the last value of a key is handed on") {
  put("a", "1", 1);
  put("a", "2", 2);
  offsets.put("b", std::nullopt);
  offsets.advance(3, 5);
  REQUIRE(offsets.update().has_value());
  CHECK(below("a") == "2");
  CHECK(below("b") == nothing);
  auto position = view->position(name);
  REQUIRE(position.has_value());
  CHECK((*position)->end_offset == 3);
}

TEST_CASE_FIXTURE(view_fixture,
                  "offsets view: a removal hides what the view still has") {
  put("a", "1", 1);
  REQUIRE(offsets.update().has_value());
  offsets.put("a", std::nullopt);
  CHECK(above("a") == nothing);
  CHECK(below("a") == "1");
}

TEST_CASE_FIXTURE(view_fixture, "offsets view: a scan sees what is pending") {
  put("a1", "1", 1);
  put("b1", "2", 2);
  std::vector<std::string> keys;
  REQUIRE(offsets
              .scan("a",
                    [&](auto key, auto) {
                      keys.emplace_back(key);
                      return true;
                    })
              .has_value());
  CHECK(keys == std::vector<std::string>{"a1"});
}

TEST_CASE_FIXTURE(view_fixture,
                  "offsets view: the next start goes on where this one ended") {
  put("a", "1", 7);
  REQUIRE(offsets.update().has_value());
  offsets_view next{name, *view};
  CHECK(opened(next, id_of_topic(1), 0, 9) == 7);
  CHECK(value_of(next.get("a")) == "1");
}

TEST_CASE_FIXTURE(view_fixture,
                  "offsets view: one that is no view of this log is emptied") {
  put("a", "1", 7);
  REQUIRE(offsets.update().has_value());
  offsets_view next{name, *view};
  SUBCASE("the topic is another one") {
    CHECK(opened(next, id_of_topic(2), 0, 9) == 0);
  }
  SUBCASE("the log was truncated") {
    CHECK(opened(next, id_of_topic(1), 0, 6) == 0);
  }
  SUBCASE("the log begins behind what the view has read") {
    CHECK(opened(next, id_of_topic(1), 8, 9) == 8);
  }
  CHECK(value_of(next.get("a")) == nothing);
}

TEST_CASE_FIXTURE(view_fixture, "offsets view: its memory is bounded") {
  for (size_t i = 0; i < offsets_view::pending_keys_max; ++i) {
    CHECK_FALSE(offsets.full());
    offsets.put(std::to_string(i), "x");
  }
  CHECK(offsets.full());
  offsets.advance(
      static_cast<storage::offset_t>(offsets_view::pending_keys_max), 5);
  REQUIRE(offsets.update().has_value());
  CHECK_FALSE(offsets.full());
}

} // namespace troupe::actors
