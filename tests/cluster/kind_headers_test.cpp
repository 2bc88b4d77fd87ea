// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/kind_headers.h>

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

using namespace troupe::cluster;
using troupe::storage::record_field;
using troupe::storage::record_view;

namespace {

constexpr int64_t top = std::numeric_limits<int64_t>::max();

/// A record of time 1,000.
record_view with(std::vector<record_field> headers) {
  record_view x;
  x.timestamp = 1'000;
  x.headers = std::move(headers);
  return x;
}

timestamp_ms due(std::vector<record_field> headers, int64_t max = 5'000) {
  auto x = due_of(with(std::move(headers)), max);
  CHECK(x.fault == "");
  return x.due_ms;
}

std::string_view fault(std::vector<record_field> headers) {
  auto x = due_of(with(std::move(headers)), 5'000);
  // What cannot be read never hides a record.
  if (x.fault.find("later") == std::string_view::npos)
    CHECK(x.due_ms == 1'000);
  return x.fault;
}

std::optional<acknowledgement>
acknowledged(std::string_view value, std::vector<record_field> headers = {}) {
  auto x = with(std::move(headers));
  x.value = value;
  return parse_acknowledgement(x);
}

} // namespace

TEST_CASE("kind headers: a delay counts from the record's timestamp") {
  CHECK(due({}) == 1'000);
  CHECK(due({{"troupe.delay.ms", "0"}}) == 1'000);
  CHECK(due({{"troupe.delay.ms", "250"}}) == 1'250);
  CHECK(due({{"troupe.delay.ms", " +5000 "}}) == 6'000);
  CHECK(due({{"troupe.delay.ms", "-1"}}) == 1'000);
  CHECK(due({{"delay", "250"}}) == 1'000);
}

TEST_CASE("kind headers: a due time wins over a delay; the past is now") {
  CHECK(due({{"troupe.due.ms", "1700"}}) == 1'700);
  CHECK(due({{"troupe.due.ms", "5"}}) == 1'000);
  CHECK(due({{"troupe.due.ms", "1700"}, {"troupe.delay.ms", "9"}}) == 1'700);
  CHECK(due({{"troupe.due.ms", "1700"}, {"troupe.delay.ms", "x"}}) == 1'700);
}

TEST_CASE("kind headers: of several with one name the last counts") {
  CHECK(due({{"troupe.delay.ms", "1"}, {"x", "2"}, {"troupe.delay.ms", "3"}})
        == 1'003);
  CHECK(due({{"troupe.delay.ms", "x"}, {"troupe.delay.ms", "3"}}) == 1'003);
}

TEST_CASE("kind headers: a delay that cannot be read is none, and reported") {
  for (const auto* text : {"", "soon", "1.5", "1e3", "9223372036854775808"}) {
    CHECK(fault({{"troupe.delay.ms", text}}).starts_with("troupe.delay.ms"));
    CHECK(fault({{"troupe.due.ms", text}}).starts_with("troupe.due.ms"));
  }
  CHECK(fault({{"troupe.delay.ms", std::nullopt}})
            .starts_with("troupe.delay.ms"));
}

TEST_CASE("kind headers: nothing is due later than the longest delay") {
  auto far = with({{"troupe.delay.ms", "5001"}});
  CHECK(due_of(far, 5'000).due_ms == 6'000);
  CHECK_FALSE(due_of(far, 5'000).fault.empty());
  far = with({{"troupe.due.ms", "9223372036854775807"}});
  CHECK(due_of(far, 5'000).due_ms == 6'000);
  CHECK(due_of(far, top).due_ms == top);
  CHECK(due_of(far, -1).due_ms == 1'000);
  far.timestamp = -1;
  CHECK(due_of(far, 5'000).due_ms == 5'000);
  far.timestamp = top;
  CHECK(due_of(far, top).due_ms == top);
}

TEST_CASE("kind headers: levels reach from 0 to 9, without one it is 4") {
  auto level = [](std::optional<std::string_view> text) {
    return level_of(with({{"troupe.priority", text}}));
  };
  CHECK(level_of(with({})).level == 4);
  CHECK(level("0").level == 0);
  CHECK(level("9").level == 9);
  CHECK(level("10").level == 9);
  CHECK(level("-7").level == 0);
  CHECK(level("7").fault == "");
  CHECK(level("high").level == 4);
  CHECK_FALSE(level("high").fault.empty());
  CHECK_FALSE(level(std::nullopt).fault.empty());
}

TEST_CASE("kind headers: the id of a delivery is read as it was written") {
  for (const auto& x : {delivery_id{0, 0, 1}, delivery_id{12, 345, 6},
                        delivery_id{2147483647, top, 2147483647}})
    CHECK(parse_delivery_id(to_string(x)) == x);
  CHECK(to_string(delivery_id{3, 812, 2}) == "3-812-2");
  for (const auto* text :
       {"", "-", "--", "1-2", "1-2-", "1-2-0", "1-2-3-4", "a-2-3", "1--3",
        "1-+2-3", "1-02-3", " 1-2-3", "1-2-3 ", "2147483648-1-1",
        "1-9223372036854775808-1", "1-1-2147483648"})
    CHECK_MESSAGE(parse_delivery_id(text) == std::nullopt, text);
}

TEST_CASE("kind headers: an acknowledgement names a delivery and a verdict") {
  using enum delivery_verdict;
  const delivery_id id{3, 812, 2};
  CHECK(acknowledged("3-812-2") == acknowledgement{id, accept});
  CHECK(acknowledged("3-812-2\n") == acknowledgement{id, accept});
  CHECK(acknowledged("3-812-2", {{"troupe.verdict", "accept"}})
        == acknowledgement{id, accept});
  CHECK(acknowledged("3-812-2", {{"troupe.verdict", "release"}})
        == acknowledgement{id, release});
  CHECK(acknowledged("3-812-2", {{"troupe.verdict", "reject"}})
        == acknowledgement{id, reject});
}

TEST_CASE("kind headers: what cannot be read acknowledges nothing") {
  CHECK_FALSE(acknowledged("").has_value());
  CHECK_FALSE(acknowledged("812").has_value());
  for (std::optional<std::string_view> word :
       {std::optional<std::string_view>{""}, {"ok"}, {"ACCEPT"}, {}})
    CHECK_FALSE(acknowledged("3-812-2", {{"troupe.verdict", word}}));
  CHECK_FALSE(parse_acknowledgement(with({})).has_value());
}
