// SPDX-License-Identifier: Apache-2.0
#include "plan_fixture.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using namespace troupe;

namespace {

constexpr int64_t most = std::numeric_limits<int64_t>::max();

/// The message of the refusal; empty when there is an answer.
std::string refusal(const plan::question& x) {
  auto out = plan::work_out(x);
  if (out)
    return {};
  CHECK(out.error().code == storage::errc::invalid_argument);
  return out.error().message;
}

/// Of a cluster so small that one figure at its bound comes to no large one.
std::string refusal(int64_t plan::question::*field, int64_t value) {
  auto x = twenty_brokers();
  x.messages_per_second = 1;
  x.record_bytes = 1;
  x.*field = value;
  return refusal(x);
}

std::string refusal(double plan::question::*field, double value) {
  auto x = twenty_brokers();
  x.*field = value;
  return refusal(x);
}

bool names(const std::string& text, const char* option) {
  return text.starts_with(option);
}

} // namespace

TEST_CASE("plan: a figure out of its range is refused by its option's name") {
  using plan::question;
  struct range {
    const char* option;
    int64_t question::*field;
    int64_t least;
    int64_t most;
  };
  const range ranges[] = {
      {"--brokers ", &question::brokers, 3, 100'000},
      {"--messages-per-second ", &question::messages_per_second, 1,
       1'000'000'000},
      {"--record-bytes ", &question::record_bytes, 1, 1'000'000'000},
      {"--retention-hours ", &question::retention_hours, 1, 876'000},
      {"--free-percent ", &question::free_percent, 0, 90},
  };
  for (const auto& x : ranges) {
    CAPTURE(x.option);
    CHECK(refusal(x.field, x.least).empty());
    CHECK(refusal(x.field, x.most).empty());
    CHECK(names(refusal(x.field, x.most + 1), x.option));
    for (auto value : {int64_t{-1}, most, -most - 1})
      CHECK(names(refusal(x.field, value), x.option));
  }
  CHECK(names(refusal(&question::brokers, 0), "--brokers "));
  CHECK(names(refusal(&question::messages_per_second, 0),
              "--messages-per-second "));
  CHECK(names(refusal(&question::record_bytes, 0), "--record-bytes "));
  CHECK(names(refusal(&question::retention_hours, 0), "--retention-hours "));
}

TEST_CASE("plan: shares and ages that are no sensible number are refused") {
  using plan::question;
  const auto not_a_number = std::numeric_limits<double>::quiet_NaN();
  const auto infinite = std::numeric_limits<double>::infinity();
  for (double value :
       {0.0, -1.0, 0.99, 100.01, not_a_number, infinite, -infinite})
    CHECK(names(refusal(&question::hit_rate_percent, value), "--hit-rate "));
  for (double value : {0.0, -1.0, 0.0009, 1.1e9, not_a_number, infinite})
    CHECK(names(refusal(&question::read_lag_s, value), "--read-lag "));
  for (double value : {1.0, 99.999, 100.0})
    CHECK(refusal(&question::hit_rate_percent, value).empty());
  for (double value : {0.001, 1e9})
    CHECK(refusal(&question::read_lag_s, value).empty());
}

TEST_CASE("plan: there are no more replicas than brokers") {
  auto asked = twenty_brokers();
  for (int64_t replicas : {-1, 0, 21}) {
    asked.replication_factor = replicas;
    CHECK(names(refusal(asked), "--replication-factor "));
  }
  asked.replication_factor = 20;
  CHECK(refusal(asked).empty());
}

TEST_CASE("plan: what a broker delivers has the range of what it takes") {
  auto asked = twenty_brokers();
  for (int64_t reads : {int64_t{-1}, int64_t{0}, int64_t{1'000'000'001}}) {
    asked.reads_per_second = reads;
    CHECK(names(refusal(asked), "--reads-per-second "));
  }
  asked.reads_per_second = 1'000'000'000;
  CHECK(refusal(asked).empty());
}

TEST_CASE("plan: figures that fit no 63 bits are refused, and none before") {
  plan::question asked;
  asked.brokers = 1;
  asked.messages_per_second = 1'000'000'000;
  asked.retention_hours = 1;
  asked.free_percent = 0;
  // 3600 s of a billion records each: the last size that can be stored, but a
  // day of it is more.
  asked.record_bytes = most / (day_s * asked.messages_per_second);
  auto x = answered(asked);
  CHECK(x.broker.bytes_per_day
        == day_s * asked.messages_per_second * asked.record_bytes);
  ++asked.record_bytes;
  CHECK(names(refusal(asked), "--messages-per-second and --record-bytes:"));

  --asked.record_bytes;
  asked.brokers = 2;
  CHECK(names(refusal(asked), "--brokers, "));
  asked.brokers = 1;
  asked.retention_hours = 25;
  CHECK(names(refusal(asked), "--retention-hours, "));
  asked.retention_hours = 24;
  CHECK(refusal(asked).empty());
  asked.free_percent = 1;
  CHECK(names(refusal(asked), "--free-percent:"));
}

TEST_CASE("plan: replicas and readers can be too many as well") {
  plan::question asked;
  asked.brokers = 100'000;
  asked.messages_per_second = 1'000'000;
  asked.replication_factor = 100'000;
  asked.record_bytes = 100'000'000;
  CHECK(refusal(asked).find("--replication-factor") != std::string::npos);
  asked.brokers = 1;
  asked.replication_factor = 1;
  asked.messages_per_second = 1;
  asked.reads_per_second = 1'000'000'000;
  asked.record_bytes = 1'000'000'000;
  CHECK(refusal(asked).empty());
  // A billion records of a gigabyte each second, on ten brokers.
  asked.brokers = 10;
  CHECK(refusal(asked).find("--reads-per-second") != std::string::npos);
}
