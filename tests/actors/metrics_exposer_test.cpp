// SPDX-License-Identifier: Apache-2.0
#include "metrics_exposer.h"

#include <doctest/doctest.h>

#include <string>

namespace troupe::actors {

TEST_CASE("metrics exposer: a port that is taken is an error that names it") {
  auto nothing = [] { return metrics_exposer::figures{}; };
  auto first = metrics_exposer::listen({"127.0.0.1", 0}, nothing);
  REQUIRE(first.has_value());
  auto port = (*first)->port();
  CHECK(port != 0);
  auto second = metrics_exposer::listen({"127.0.0.1", port}, nothing);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().message.find(std::to_string(port)) != std::string::npos);
}

} // namespace troupe::actors
