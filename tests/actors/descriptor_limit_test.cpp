// SPDX-License-Identifier: Apache-2.0
#include "descriptor_limit.h"

#include <doctest/doctest.h>

#include <initializer_list>
#include <limits>

#include <sys/resource.h>

using namespace troupe::actors;

TEST_CASE("descriptor limit: sockets and logs share what there is") {
  auto shares = share_descriptors(4096);
  CHECK(shares.connections_max == 1920);
  CHECK(shares.partitions_max == 960);
  CHECK(share_descriptors(1024).connections_max == 384);
}

TEST_CASE("descriptor limit: something is left however few there are") {
  for (auto few : {0, 1, 64, 256}) {
    CAPTURE(few);
    CHECK(share_descriptors(few).connections_max > 0);
    CHECK(share_descriptors(few).partitions_max > 0);
  }
  auto many = share_descriptors(std::numeric_limits<int64_t>::max());
  CHECK(many.connections_max > 1'000'000'000);
  CHECK(many.partitions_max > 1'000'000'000);
}

TEST_CASE("descriptor limit: the soft limit is raised to the hard one") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  auto lower = before;
  lower.rlim_cur = before.rlim_cur - 1;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &lower) == 0);
  auto limit = raise_descriptor_limit();
  rlimit after{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &after) == 0);
  CHECK(after.rlim_cur == after.rlim_max);
  CHECK(limit == static_cast<int64_t>(after.rlim_cur));
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
}
