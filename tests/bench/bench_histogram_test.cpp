// SPDX-License-Identifier: Apache-2.0
#include "bench_histogram.h"

#include <doctest/doctest.h>

#include <cstdint>

using troupe::bench::histogram;

TEST_CASE("bench histogram: small values are exact") {
  histogram x;
  for (uint64_t value = 0; value < 256; ++value)
    x.record(value);
  CHECK(x.count() == 256);
  CHECK(x.min() == 0);
  CHECK(x.max() == 255);
  CHECK(x.percentile(50) == 127);
  CHECK(x.percentile(100) == 255);
  CHECK(x.percentile(0) == 0);
  CHECK(x.mean() == doctest::Approx(127.5));
}

TEST_CASE("bench histogram: every value comes back within 0.8 percent") {
  for (uint64_t value = 1; value < (uint64_t{1} << 62);
       value += value / 3 + 1) {
    histogram x;
    x.record(value);
    x.record(~uint64_t{0});
    auto found = x.percentile(50);
    CHECK(found >= value);
    CHECK(found - value <= value / 128);
  }
}

TEST_CASE("bench histogram: the largest value has a bucket") {
  histogram x;
  x.record(~uint64_t{0});
  CHECK(x.percentile(99.99) == ~uint64_t{0});
  CHECK(x.max() == ~uint64_t{0});
}

TEST_CASE("bench histogram: rare outliers show only where they belong") {
  histogram x;
  for (int i = 0; i < 9990; ++i)
    x.record(100);
  for (int i = 0; i < 10; ++i)
    x.record(1'000'000);
  CHECK(x.percentile(99) == 100);
  CHECK(x.percentile(99.9) == 100);
  CHECK(x.percentile(99.91) == 1'000'000);
}

TEST_CASE("bench histogram: merging counts as if all had been in one") {
  histogram one;
  histogram other;
  histogram both;
  for (uint64_t value = 1; value < 100000; value += 7) {
    (value % 2 == 0 ? one : other).record(value);
    both.record(value);
  }
  one.merge(other);
  CHECK(one.count() == both.count());
  CHECK(one.min() == both.min());
  CHECK(one.max() == both.max());
  for (double percent : {1.0, 50.0, 90.0, 99.0, 99.99})
    CHECK(one.percentile(percent) == both.percentile(percent));
}

TEST_CASE("bench histogram: without values everything is zero") {
  histogram x;
  CHECK(x.percentile(99) == 0);
  CHECK(x.min() == 0);
  CHECK(x.mean() == 0);
}
