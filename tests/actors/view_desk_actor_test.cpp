// SPDX-License-Identifier: Apache-2.0
#include "view_desk_actor.h"

#include "actor_fixture.h"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// One real desk; the views answer what the test says.
struct view_desk_fixture : actor_fixture {
  explicit view_desk_fixture(
      cluster::stage_policy policy = cluster::stage_policy::closed) {
    view_desk_config config;
    config.topic = "orders";
    config.views.config.names = {"v"};
    config.views.config.on_failure = policy;
    config.views.config.queue_max = 2;
    config.start = [this](const reconfigure_stages&) {
      ++started;
      auto token = std::make_shared<const bool>(true);
      alive.push_back(token);
      return started_stages{keep(system().spawn(dummy_views, this)), token};
    };
    config.steady_now = [this] { return steady_ms; };
    desk = keep(spawn_on(system(), nullptr, view_desk, std::move(config)));
  }

  ~view_desk_fixture() {
    held.clear();
    desk = nullptr;
    end_actors();
  }

  static stage_actor::behavior_type
  dummy_views(stage_actor::pointer self, view_desk_fixture* test) {
    return {
        [](const stage_batch&) {},
        [=](const view_slice& x) -> caf::result<slice_viewed> {
          test->asked.push_back(x.partition);
          if (test->hang) {
            test->held.push_back(self->make_response_promise<slice_viewed>());
            return test->held.back();
          }
          return test->outcome;
        },
    };
  }

  std::shared_ptr<std::optional<slice_viewed>> look(int32_t partition) {
    view_slice x;
    x.partition = partition;
    x.records.size = slice_bytes;
    auto answer = std::make_shared<std::optional<slice_viewed>>();
    // Without a time-out of its own: timers are fired here.
    system().spawn([=, desk = desk](caf::event_based_actor* self) {
      self->request(desk, caf::infinite, x)
          .then([answer](slice_viewed& y) { *answer = std::move(y); },
                [](const caf::error&) {});
    });
    run();
    return answer;
  }

  static constexpr uint32_t slice_bytes = 77;

  slice_viewed outcome;
  bool hang = false;
  std::vector<caf::typed_response_promise<slice_viewed>> held;
  std::vector<std::shared_ptr<const bool>> alive;
  std::vector<int32_t> asked;
  int started = 0;
  int64_t steady_ms = 0;
  view_desk_actor desk;
};

struct open_view_fixture : view_desk_fixture {
  open_view_fixture() : view_desk_fixture(cluster::stage_policy::open) {}
};

slice_viewed crashed() {
  slice_viewed x;
  x.health = stage_health::failed;
  x.why = cluster::decision{cluster::refusal::policy_violation, "it threw"};
  return x;
}

bool refused(const std::shared_ptr<std::optional<slice_viewed>>& x) {
  return x->has_value() && is((*x)->why, storage::errc::busy);
}

/// The slice as it is.
bool unseen(const std::shared_ptr<std::optional<slice_viewed>>& x) {
  return x->has_value() && (*x)->why.ok() && !(*x)->changed
         && (*x)->seen_bytes == view_desk_fixture::slice_bytes;
}

} // namespace

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: slices are looked at one after the other") {
  hang = true;
  auto first = look(1);
  auto second = look(2);
  CHECK(asked == std::vector<int32_t>{1});
  CHECK_FALSE(first->has_value());
  hang = false;
  outcome.changed = true;
  // Answers of the one that was held come from its actor; time is over first.
  fire_timers();
  CHECK(refused(first));
  fire_timers();
  REQUIRE(second->has_value());
  CHECK((*second)->changed);
  CHECK(asked == std::vector<int32_t>{1, 2});
  CHECK(started == 2);
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: after a crash fetches wait for new views") {
  outcome = crashed();
  CHECK(refused(look(1)));
  outcome = {};
  outcome.seen_bytes = slice_bytes;
  auto next = look(2);
  CHECK_FALSE(next->has_value());
  fire_timers();
  CHECK(unseen(next));
  CHECK(started == 2);
}

TEST_CASE_FIXTURE(open_view_fixture,
                  "view desk: an open one shows what views cannot look at") {
  outcome = crashed();
  CHECK(unseen(look(1)));
  CHECK(unseen(look(2)));
  CHECK(asked.size() == 1);
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: nobody waits for views that cannot be made") {
  outcome = crashed();
  outcome.health = stage_health::unmade;
  CHECK(refused(look(1)));
  CHECK(refused(look(2)));
  CHECK(asked.size() == 1);
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: threads that hang are bounded, and come back") {
  hang = true;
  for (size_t i = 0; i < hung_stages_max; ++i) {
    look(0);
    fire_timers();
    fire_timers();
  }
  CHECK(started == static_cast<int>(hung_stages_max));
  CHECK(refused(look(0)));
  CHECK(started == static_cast<int>(hung_stages_max));
  alive.front().reset();
  hang = false;
  outcome.seen_bytes = slice_bytes;
  CHECK(unseen(look(0)));
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: more than may wait are refused") {
  hang = true;
  for (int i = 0; i < 3; ++i)
    CHECK_FALSE(look(i)->has_value());
  CHECK(refused(look(3)));
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: what nobody waits for any more is not looked "
                  "at") {
  hang = true;
  auto first = look(1);
  auto second = look(2);
  steady_ms = std::chrono::milliseconds(view_patience).count();
  hang = false;
  fire_timers();
  CHECK(refused(first));
  CHECK(refused(second));
  CHECK(asked == std::vector<int32_t>{1});
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: without views any more everything is shown") {
  tell(desk, reconfigure_stages{});
  CHECK(unseen(look(1)));
  CHECK(started == 0);
}

TEST_CASE_FIXTURE(view_desk_fixture,
                  "view desk: at the end everybody who waits is told") {
  hang = true;
  auto first = look(1);
  auto second = look(2);
  caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
  run();
  for (const auto& x : {first, second}) {
    REQUIRE(x->has_value());
    CHECK(is((*x)->why, errc::stopping));
  }
}
