// SPDX-License-Identifier: Apache-2.0
#include "replicated_fixture.h"

#include <memory>
#include <optional>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// A leader that was asked to delete the first of two records; its follower in
/// sync has both and waits for more.
struct deletion_fixture : replicated_fixture {
  deletion_fixture() {
    append(1);
    append(2);
    pull_and_wait(2);
    deleted = start_asking<records_deleted>(partition, delete_records{1});
  }

  const problem& why() const { return (*deleted)->why; }

  std::shared_ptr<std::optional<records_deleted>> deleted;
};

} // namespace

TEST_CASE("partition: deleted records stay away once followers know") {
  deletion_fixture x;
  CHECK(x.checkpoints.size() == 1);
  // The follower is told at once.
  REQUIRE(x.pulled.size() == 1);
  CHECK(x.pulled[0].outcome.why.ok());
  CHECK(x.pulled[0].outcome.log_start_offset == 1);
  CHECK_FALSE(x.deleted->has_value());
  x.pull(2);
  REQUIRE(x.deleted->has_value());
  CHECK(x.why().ok());
  CHECK((*x.deleted)->low_watermark == 1);
}

TEST_CASE("partition: a follower that may have missed a deletion is told "
          "again") {
  deletion_fixture x;
  x.pull(2, 0);
  REQUIRE(x.pulled.size() == 2);
  CHECK(x.pulled[1].outcome.log_start_offset == 1);
  CHECK_FALSE(x.deleted->has_value());
  x.pull(2);
  CHECK(x.deleted->has_value());
}

TEST_CASE("partition: a deletion waits for the followers in sync alone") {
  deletion_fixture x;
  x.lead(2, {this_node});
  REQUIRE(x.deleted->has_value());
  CHECK(x.why().ok());
}

TEST_CASE("partition: a deletion that followers do not hear of is not called "
          "done") {
  deletion_fixture x;
  SUBCASE("the time is over") {
    x.steady_ms = 29'999;
    x.tell(x.partition, check_replicas{});
    CHECK_FALSE(x.deleted->has_value());
    x.steady_ms = 30'000;
    x.tell(x.partition, check_replicas{});
    REQUIRE(x.deleted->has_value());
    CHECK(is(x.why(), errc::timed_out));
  }
  SUBCASE("another node leads") {
    x.follow(4);
    REQUIRE(x.deleted->has_value());
    CHECK(is(x.why(), errc::not_leader));
  }
  SUBCASE("the partition is closed") {
    CHECK(x.close(false).why.ok());
    REQUIRE(x.deleted->has_value());
    CHECK(is(x.why(), errc::stopping));
  }
}

TEST_CASE("partition: who leads no more when its checkpoint is saved has not "
          "deleted") {
  replicated_fixture x;
  x.append(1);
  x.pull_and_wait(1);
  x.hold_checkpoints = true;
  auto deleted =
      x.start_asking<records_deleted>(x.partition, delete_records{1});
  x.follow(4);
  CHECK_FALSE(deleted->has_value());
  x.finish_checkpoint();
  REQUIRE(deleted->has_value());
  CHECK(is((*deleted)->why, errc::not_leader));
}
