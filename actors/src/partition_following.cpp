// SPDX-License-Identifier: Apache-2.0
// What a partition does as a follower of a leader on another node.
#include "error_map.h"
#include "partition_actor.h"

#include <caf/sec.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// After that the keeper is asked again, behind what it has to do.
constexpr std::chrono::minutes settle_timeout{5};

} // namespace

void partition_state::on_become_follower(const become_follower& x) {
  change_role(x.registration);
}

void partition_state::on_append_pulled(append_pulled& x) {
  // What was pulled before a cut is pulled again after it.
  if (settling_)
    return continue_pulling(std::move(x.replica));
  auto step = core_->apply(x.pulled, config_.now());
  check_failure();
  // Once per reason: on a full disk every pull of every partition fails.
  auto before = std::exchange(pull_refusal_, step.why.message);
  if (!step.why.ok() && before != pull_refusal_)
    spdlog::warn("partition.pull_not_applied tp={} reason=\"{}\"",
                 to_string(config_.name), step.why.message);
  if (core_->closed() || core_->failed()) {
    self->send(x.replica,
               pull_applied{core_->position(), pull_pace::after_longest_pause});
    return;
  }
  remove(std::move(step.removed));
  high_watermark_moved();
  if (step.cut)
    settle();
  else
    sync_if_due();
  if (step.pace == pull_pace::at_once)
    continue_pulling(std::move(x.replica));
  else
    self->send(x.replica, pull_applied{core_->position(), step.pace});
}

void partition_state::on_find_pull_position(find_pull_position& x) {
  if (!settling_ && must_sync_first())
    start_sync();
  continue_pulling(std::move(x.replica));
}

void partition_state::continue_pulling(replica_actor replica) {
  waiting_replicas_.push_back(std::move(replica));
  answer_replicas();
}

void partition_state::answer_replicas() {
  if (settling_ || must_sync_first())
    return;
  auto pace = core_->closed() || core_->failed()
                  ? pull_pace::after_longest_pause
                  : pull_pace::at_once;
  for (auto& x : std::exchange(waiting_replicas_, {}))
    self->send(x, pull_applied{core_->position(), pace});
}

bool partition_state::must_sync_first() const {
  return !core_->closed() && !core_->failed() && core_->waits_for_sync()
         && !core_->leads()
         && core_->log().recovery_point() < core_->log().end_offset();
}

void partition_state::settle() {
  spdlog::info("partition.cut tp={} start={} end={} epoch={}",
               to_string(config_.name), core_->log().start_offset(),
               core_->log().end_offset(), core_->epoch());
  settling_ = true;
  sync_void_ = syncing_;
  segments_ = core_->log().segment_count();
  save_cut();
}

void partition_state::save_cut() {
  save_checkpoint save{config_.name,
                       core_->log().checkpoint(core_->high_watermark())};
  self->request(config_.keeper, settle_timeout, std::move(save))
      .then([this](const checkpoint_saved& x) { settled(x.why); },
            [this](const caf::error& x) { cut_not_saved(x); });
}

void partition_state::cut_not_saved(const caf::error& x) {
  // Late is not failed: the keeper may have thousands of logs to open first.
  auto late = x == caf::sec::request_timeout;
  if (!late || core_->closed() || core_->failed())
    return settled(to_problem(x));
  spdlog::info("partition.checkpoint_late tp={}", to_string(config_.name));
  save_cut();
}

void partition_state::settled(const problem& why) {
  settling_ = false;
  if (!why.ok() && !core_->closed())
    core_->fail("the checkpoint of the cut log was not saved: " + why.message);
  check_failure();
  if (auto next = std::exchange(next_role_, std::nullopt))
    change_role(*next);
  answer_replicas();
}

} // namespace troupe::actors
