// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plan_core.h"

#include <doctest/doctest.h>

#include <cstdint>

namespace troupe {

/// A day's seconds.
inline constexpr int64_t day_s = 86'400;

/// The cluster that docs/capacity.md reckons with.
inline plan::question twenty_brokers() {
  plan::question x;
  x.brokers = 20;
  x.messages_per_second = 500'000;
  x.replication_factor = 3;
  return x;
}

/// The answer to what must have one.
inline plan::capacity answered(const plan::question& x) {
  auto out = plan::work_out(x);
  REQUIRE_MESSAGE(out, out.error().message);
  return *out;
}

} // namespace troupe
