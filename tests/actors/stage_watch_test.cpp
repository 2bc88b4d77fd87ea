// SPDX-License-Identifier: Apache-2.0
#include "stage_watch.h"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;
using action = stage_turn::action;

namespace {

cluster::stage_config
stages(cluster::stage_policy policy = cluster::stage_policy::closed) {
  cluster::stage_config x;
  x.names = {"s"};
  x.on_failure = policy;
  return x;
}

} // namespace

TEST_CASE("stage watch: without stages everything passes") {
  stage_watch x;
  x.failed(0);
  CHECK(x.turn({}, hung_stages_max).what == action::pass);
}

TEST_CASE("stage watch: after a failure batches wait, or pass if open") {
  stage_watch x;
  CHECK(x.turn(stages(), 0).what == action::ask);
  CHECK(x.failed(0) > 0);
  CHECK(x.turn(stages(), 0).what == action::wait);
  CHECK(x.turn(stages(cluster::stage_policy::open), 0).what == action::pass);
  x.pause_over();
  CHECK(x.turn(stages(), 0).what == action::ask);
}

TEST_CASE(
    "stage watch: pauses grow up to a bound, until a batch came through") {
  stage_watch x;
  auto first = x.failed(0);
  CHECK(first == 50);
  int64_t last = first;
  for (int i = 0; i < 20; ++i) {
    auto next = x.failed(0);
    CHECK(next >= last);
    last = next;
  }
  CHECK(last == 5'000);
  x.worked();
  CHECK(x.failed(0) == first);
}

TEST_CASE("stage watch: nobody waits for stages that cannot be made") {
  stage_watch x;
  x.cannot_be_made({errc::internal, "what is that?"}, 0);
  auto turn = x.turn(stages(), 0);
  CHECK(turn.what == action::refuse);
  CHECK(turn.why.message == "what is that?");
  CHECK(x.turn(stages(cluster::stage_policy::open), 0).what == action::pass);
  x.pause_over();
  CHECK(x.turn(stages(), 0).what == action::ask);
}

TEST_CASE("stage watch: when too many hang no others are begun") {
  stage_watch x;
  CHECK(x.turn(stages(), hung_stages_max - 1).what == action::ask);
  auto turn = x.turn(stages(), hung_stages_max);
  CHECK(turn.what == action::refuse);
  const auto* code = std::get_if<storage::errc>(&turn.why.code);
  REQUIRE(code != nullptr);
  CHECK(*code == storage::errc::busy);
  CHECK(x.turn(stages(cluster::stage_policy::open), hung_stages_max).what
        == action::pass);
}
