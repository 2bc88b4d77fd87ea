// SPDX-License-Identifier: Apache-2.0
#include "log_exerciser.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

namespace troupe::storage::test {

namespace {

constexpr int operations_per_seed = 1000;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr uint64_t default_seeds = 100;
#else
constexpr uint64_t default_seeds = 1000;
#endif

uint64_t from_environment(const char* name, uint64_t otherwise) {
  auto* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

} // namespace

TEST_CASE("log: whatever happens to it, it agrees with a simple model") {
  auto first = from_environment("TROUPE_PROPERTY_FIRST_SEED", 1);
  auto seeds = from_environment("TROUPE_PROPERTY_SEEDS", default_seeds);
  int failures = 0;
  for (auto seed = first; seed < first + seeds && failures < 5; ++seed) {
    auto wrong = log_exerciser{seed}.run(operations_per_seed);
    if (wrong.empty())
      continue;
    ++failures;
    FAIL_CHECK("seed ", seed, ": ", wrong);
  }
  CHECK(failures == 0);
}

} // namespace troupe::storage::test
