// SPDX-License-Identifier: Apache-2.0
#include "plan_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace troupe;

TEST_CASE("plan: twenty brokers of half a million take 864 billion a day") {
  auto x = answered(twenty_brokers());
  CHECK(x.cluster.writes_per_s == 10'000'000);
  CHECK(x.cluster.reads_per_s == 30'000'000);
  CHECK(x.cluster.writes_per_day == 864'000'000'000);
  CHECK(x.broker.writes_per_s == 500'000);
  CHECK(x.broker.reads_per_s == 1'500'000);
  CHECK(x.broker.writes_per_day == 43'200'000'000);
}

TEST_CASE("plan: a cluster is its brokers taken together") {
  auto asked = twenty_brokers();
  auto x = answered(asked);
  for (const auto& figure : plan::figures) {
    CAPTURE(figure.name);
    CHECK(x.broker.*figure.value > 0);
    CHECK(x.cluster.*figure.value == asked.brokers * x.broker.*figure.value);
  }
}

TEST_CASE("plan: every replica is written, stored and copied once") {
  plan::question asked;
  asked.brokers = 5;
  asked.messages_per_second = 7;
  asked.record_bytes = 11;
  asked.replication_factor = 3;
  asked.retention_hours = 24;
  auto x = answered(asked).broker;
  CHECK(x.bytes_per_day == 7 * 11 * day_s);
  CHECK(x.stored_bytes == 3 * x.bytes_per_day);
  CHECK(x.from_producers_bytes_per_s == 77);
  CHECK(x.from_leaders_bytes_per_s == 154);
  CHECK(x.network_in_bytes_per_s == 231);
  CHECK(x.to_followers_bytes_per_s == 154);
  CHECK(x.to_consumers_bytes_per_s == 231);
  CHECK(x.network_out_bytes_per_s == 385);
}

TEST_CASE("plan: a single replica is copied to nobody") {
  auto asked = twenty_brokers();
  asked.replication_factor = 1;
  auto x = answered(asked);
  CHECK(x.broker.from_leaders_bytes_per_s == 0);
  CHECK(x.broker.to_followers_bytes_per_s == 0);
  CHECK(x.cluster.reads_per_s == x.cluster.writes_per_s);
}

TEST_CASE("plan: what a broker was seen to deliver is not multiplied") {
  auto asked = twenty_brokers();
  asked.reads_per_second = 2'000'000;
  for (int64_t replicas : {1, 3, 20}) {
    asked.replication_factor = replicas;
    auto x = answered(asked);
    CHECK(x.cluster.reads_per_s == 40'000'000);
    CHECK(x.broker.to_consumers_bytes_per_s == 2'048'000'000);
  }
}

TEST_CASE("plan: without a factor there are three replicas if there is room") {
  auto asked = twenty_brokers();
  asked.replication_factor.reset();
  for (int64_t brokers : {1, 2, 3, 4}) {
    asked.brokers = brokers;
    CHECK(answered(asked).replication_factor == std::min(brokers, int64_t{3}));
  }
}

TEST_CASE("plan: disks are rounded up to whole bytes") {
  plan::question asked;
  asked.brokers = 1;
  asked.messages_per_second = 1;
  asked.record_bytes = 1;
  asked.retention_hours = 1;
  // 3600 bytes are used_percent of the disk.
  for (int64_t free_percent = 0; free_percent <= 90; ++free_percent) {
    CAPTURE(free_percent);
    asked.free_percent = free_percent;
    auto used_percent = 100 - free_percent;
    auto x = answered(asked).broker;
    CHECK(x.stored_bytes == 3600);
    CHECK(x.disk_bytes == (3600 * 100 + used_percent - 1) / used_percent);
  }
}

TEST_CASE("plan: the page cache holds what the wanted share of reads asks") {
  auto asked = twenty_brokers();
  asked.read_lag_s = 60;
  // Half of what decays exponentially is younger than ln 2 times the mean.
  asked.hit_rate_percent = 50;
  auto half = answered(asked);
  CHECK(half.page_cache_s == doctest::Approx(60 * std::log(2)));
  CHECK(static_cast<double>(half.broker.page_cache_bytes)
        == doctest::Approx(60 * std::log(2) * 500'000 * 1024 * 3));
  asked.hit_rate_percent = 75;
  CHECK(answered(asked).page_cache_s == doctest::Approx(2 * half.page_cache_s));
}

TEST_CASE("plan: a hit rate of 100 needs everything that is kept") {
  auto asked = twenty_brokers();
  asked.hit_rate_percent = 100;
  for (double lag : {0.001, 60.0, 604'800.0, 1e9}) {
    CAPTURE(lag);
    asked.read_lag_s = lag;
    auto x = answered(asked);
    CHECK(x.page_cache_s == doctest::Approx(604'800));
    CHECK(x.broker.page_cache_bytes <= x.broker.stored_bytes);
    CHECK(static_cast<double>(x.broker.page_cache_bytes)
          == doctest::Approx(static_cast<double>(x.broker.stored_bytes)));
  }
}

TEST_CASE("plan: readers of any age need a share of what is kept") {
  auto asked = twenty_brokers();
  asked.hit_rate_percent = 25;
  asked.read_lag_s = 1e9;
  auto kept_s = 168.0 * 3600;
  CHECK(answered(asked).page_cache_s
        == doctest::Approx(kept_s / 4).epsilon(0.001));
}

TEST_CASE("plan: more hits never need less memory") {
  auto asked = twenty_brokers();
  int64_t before = 0;
  for (double rate = 1; rate <= 100; rate += 0.25) {
    asked.hit_rate_percent = rate;
    auto now = answered(asked).broker.page_cache_bytes;
    CHECK(now > before);
    before = now;
  }
}
