// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lane_hosted.h"
#include "supervised_stages.h"

#include <troupe/actors/stage_interfaces.h>

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace troupe::actors {

/// What the desk of a topic's views is given at birth.
struct view_desk_config {
  std::string topic;
  reconfigure_stages views;
  /// Makes views, each time anew.
  supervised_stages::starter start;
  uint64_t seed = 0;
  /// One that never goes back.
  std::function<int64_t()> steady_now;
};

struct view_desk_state;
using view_desk_pointer = lane_pointer<view_desk_actor, view_desk_state>;

/// One slice is in work, the others wait.
struct view_desk_state {
  static inline const char* name = "view_desk";

  explicit view_desk_state(view_desk_pointer self) : self(self) {}

  void open(view_desk_config config);

  caf::result<slice_viewed> on_view_slice(view_slice& x);
  void on_reconfigure_stages(reconfigure_stages& x);
  void on_stage_pause_over();
  /// The node stops: everybody who waits is told.
  void end();

private:
  struct fetch_in_hand {
    view_slice what;
    caf::typed_response_promise<slice_viewed> answer;
    /// Then nobody waits for it any more.
    int64_t until_ms = 0;
  };

  /// Takes up what can be taken up.
  void proceed();
  void ask();
  void on_slice_viewed(slice_viewed& x);
  void on_no_answer(const caf::error& x);
  /// Others are made after a pause; the slice in work does not wait for them.
  void give_up(stage_failure how, const problem& why);
  void finish(slice_viewed x);

  view_desk_pointer self;
  supervised_stages views_;
  std::function<int64_t()> steady_now_;
  std::deque<fetch_in_hand> waiting_;
  std::optional<fetch_in_hand> in_work_;
};

view_desk_actor::behavior_type
view_desk(view_desk_pointer self, view_desk_config config);

} // namespace troupe::actors
