// SPDX-License-Identifier: Apache-2.0
#include "plan_measured.h"

#include <doctest/doctest.h>

#include <string>

using namespace troupe;

namespace {

/// What `troupe bench` writes, of the fields that count here.
std::string
report(const std::string& mode, const std::string& records_per_s = "1500.75",
       const std::string& bytes = "2050", const std::string& records = "20") {
  return R"({"mode": ")" + mode + R"(", "records_per_s": )" + records_per_s
         + R"(, "bytes": )" + bytes + R"(, "records": )" + records
         + R"(, "latency_ms": {"p50": 1.5}})";
}

std::string refusal(const std::string& text, int64_t brokers = 1) {
  plan::measured into;
  auto added = plan::add_report(into, text, brokers);
  CHECK_FALSE(into.writes_per_second);
  CHECK_FALSE(into.reads_per_second);
  CHECK_FALSE(into.record_bytes);
  return added ? std::string() : added.error().message;
}

bool refused(const std::string& text, int64_t brokers = 1) {
  return refusal(text, brokers).starts_with("--bench: ");
}

} // namespace

TEST_CASE("plan: reports say what a broker takes and what it delivers") {
  plan::measured x;
  REQUIRE(plan::add_report(x, report("fetch", "9000", "3000"), 1));
  CHECK(x.reads_per_second == 9000);
  CHECK(x.record_bytes == 150);
  CHECK_FALSE(x.writes_per_second);
  REQUIRE(plan::add_report(x, report("produce"), 1));
  CHECK(x.writes_per_second == 1500);
  CHECK(x.record_bytes == 103);
}

TEST_CASE("plan: the size of records is that of those produced") {
  plan::measured x;
  REQUIRE(plan::add_report(x, report("produce"), 1));
  REQUIRE(plan::add_report(x, report("fetch", "9000", "3000"), 1));
  CHECK(x.record_bytes == 103);
}

TEST_CASE("plan: the load of a report is shared by its brokers") {
  plan::measured x;
  REQUIRE(plan::add_report(x, report("produce"), 3));
  CHECK(x.writes_per_second == 500);
  CHECK(x.record_bytes == 103);
  CHECK(refused(report("produce"), 1501));
  plan::measured alone;
  CHECK(plan::add_report(alone, report("produce"), 1500));
  CHECK(alone.writes_per_second == 1);
}

TEST_CASE("plan: two reports of one mode contradict each other") {
  for (const char* mode : {"produce", "fetch"}) {
    plan::measured x;
    REQUIRE(plan::add_report(x, report(mode), 1));
    auto again = plan::add_report(x, report(mode, "7"), 1);
    REQUIRE_FALSE(again);
    CHECK(again.error().message.starts_with("--bench: "));
    CHECK((x.writes_per_second ? x.writes_per_second : x.reads_per_second)
          == 1500);
  }
}

TEST_CASE("plan: what is no report of produce or fetch is refused") {
  for (const char* text :
       {"", "{", "[]", "7", "null", "\"produce\"", "{}", "\xff\xfe",
        "{\"mode\": 7}", "{\"mode\": [\"produce\"]}", "{\"mode\": \"e2e\"}"})
    CHECK(refused(text));
  CHECK(refused(report("commit")));
  CHECK(refused(report("produce") + "}"));
  CHECK(refused(std::string(100'000, '[')));
  auto whole = report("produce");
  for (size_t size = 0; size < whole.size(); ++size)
    CHECK(refused(whole.substr(0, size)));
}

TEST_CASE("plan: a report's figures are numbers that can be") {
  for (const char* bad : {"0", "-1", "0.0", "-1e300", "1e300", "1e999", "true",
                          "null", "\"5\"", "[]", "18446744073709551615"}) {
    CAPTURE(bad);
    CHECK(refused(report("produce", bad)));
    CHECK(refused(report("fetch", "5", bad)));
    CHECK(refused(report("fetch", "5", "5", bad)));
  }
  CHECK(refused(report("produce", "0.99")));
  CHECK(refused(report("produce", "5", "1e18", "0.1")));
  CHECK(refused(R"({"mode": "produce"})"));
  CHECK(refusal(report("produce", "\"5\"")).find("records_per_s")
        != std::string::npos);
}
