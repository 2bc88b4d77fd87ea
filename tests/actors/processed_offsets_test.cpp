// SPDX-License-Identifier: Apache-2.0
#include "processed_offsets.h"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

const storage::topic_partition first{"orders", 0};
const storage::topic_partition second{"orders", 1};

} // namespace

TEST_CASE("processed_offsets: what is processed is to be committed, once") {
  processed_offsets x;
  x.begin(first);
  x.begin(second);
  CHECK(x.to_commit().empty());
  CHECK(x.processed(first, 7));
  CHECK(x.processed(second, 3));
  auto open = x.to_commit();
  REQUIRE(open.size() == 2);
  CHECK(open[0].partition == first);
  CHECK(open[0].offset == 7);
  x.committed(first, 7);
  x.committed(second, 3);
  CHECK(x.to_commit().empty());
  // It went on while the commit was under way.
  x.processed(first, 9);
  x.committed(first, 8);
  REQUIRE(x.to_commit().size() == 1);
  CHECK(x.to_commit()[0].offset == 9);
}

TEST_CASE("processed_offsets: partitions of others are not committed") {
  processed_offsets x;
  CHECK_FALSE(x.processed(first, 7));
  x.begin(first);
  x.begin(second);
  CHECK_FALSE(x.processed(first, -1));
  x.processed(first, 7);
  x.processed(second, 7);
  auto some = x.to_commit([](const auto& what) { return what == second; });
  REQUIRE(some.size() == 1);
  CHECK(some[0].partition == second);
  x.end(first);
  x.committed(first, 7);
  CHECK(x.to_commit().size() == 1);
  // Had again it begins anew.
  x.begin(first);
  CHECK(x.to_commit().size() == 1);
  x.clear();
  CHECK(x.to_commit().empty());
}
