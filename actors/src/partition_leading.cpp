// SPDX-License-Identifier: Apache-2.0
// What a partition does as a leader with followers on other nodes.
#include "error_map.h"
#include "partition_actor.h"

#include <troupe/actors/inspect_controller.h>

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// Times that one pull is sent to the cold reader.
constexpr int32_t cold_pulls_max = 8;

/// A follower may ask for more, but not get it at once.
constexpr uint32_t pull_bytes_max = 8 << 20;

/// Nor may it make a leader keep its pull for longer.
constexpr uint32_t pull_wait_ms_max = 60'000;

/// The controller answers when the change is agreed on.
constexpr std::chrono::seconds isr_timeout{10};

} // namespace

void partition_state::on_become_leader(const become_leader& x) {
  change_role(x.registration);
}

void partition_state::change_role(const cluster::partition_registration& x) {
  // Appends would reuse offsets of which the old checkpoint tells.
  if (settling_) {
    next_role_ = x;
    return;
  }
  if (core_->closed())
    return;
  auto leads = x.leader == config_.core.self;
  auto new_reign =
      leads ? core_->become_leader(x, time()) : core_->become_follower(x);
  if (new_reign) {
    spdlog::debug("partition.role tp={} leader={} epoch={} end={} hw={}",
                  to_string(config_.name), x.leader, x.leader_epoch,
                  core_->log().end_offset(), core_->high_watermark());
    if (!leads)
      answer_all({errc::not_leader, "another node leads the partition now"});
    end_pulls();
  }
  if (core_->failed())
    return;
  if (leads && core_->waits_for_sync())
    start_sync();
  high_watermark_moved();
  propose_if_due();
}

void partition_state::on_pull_records(pull_records& x) {
  // A newer pull takes the place of one that waits.
  if (auto old = followers_.find(x.request.replica); old != followers_.end())
    old->second.pull.reset();
  x.request.bytes_max = std::min(x.request.bytes_max, pull_bytes_max);
  x.request.wait_ms_max = std::min(x.request.wait_ms_max, pull_wait_ms_max);
  auto mark = core_->high_watermark();
  auto admission = core_->admit(x.request, time());
  if (!admission.admitted) {
    answer_pull(x, {std::move(admission.outcome), {}});
    return;
  }
  if (core_->high_watermark() > mark)
    high_watermark_moved();
  propose_if_due();
  serve_pull(x);
}

void partition_state::serve_pull(pull_records& x) {
  auto read = core_->read(x.request);
  check_failure();
  auto& outcome = read.answer.outcome;
  if (read.cold && x.cold_reads < cold_pulls_max) {
    ++x.cold_reads;
    auto retry = [me = partition_actor{self}, x] { caf::anon_send(me, x); };
    self->send(config_.cold_reader,
               read_in_slice{std::move(read.answer.records), retry});
    return;
  }
  if (read.cold) {
    outcome.why = storage::error{storage::errc::busy,
                                 "what was read in did not stay in memory"};
    read.answer.records = {};
  }
  auto& follower = followers_[x.request.replica];
  auto news = outcome.high_watermark > follower.told_high_watermark;
  if (!outcome.why.ok() || read.answer.records.size > 0 || news
      || x.request.wait_ms_max == 0) {
    answer_pull(x, std::move(read.answer));
    return;
  }
  follower.wait_until_ms = config_.steady_now() + x.request.wait_ms_max;
  follower.pull = std::move(x);
}

void partition_state::answer_pull(const pull_records& x,
                                  records_pulled answer) {
  auto known = followers_.find(x.request.replica);
  if (known != followers_.end() && answer.outcome.why.ok())
    known->second.told_high_watermark = answer.outcome.high_watermark;
  self->send(x.carrier, std::move(answer));
}

void partition_state::answer_pulls() {
  if (followers_.empty() || core_->closed())
    return;
  auto end = core_->log().end_offset();
  auto mark = core_->high_watermark();
  serve_pulls([=](const remote_follower& x) {
    return x.pull->request.fetch_offset < end || x.told_high_watermark < mark;
  });
}

void partition_state::serve_pulls(
    const std::function<bool(const remote_follower&)>& due) {
  // Serving may end the reign, and with it the followers.
  std::vector<pull_records> pulls;
  for (auto& [id, x] : followers_)
    if (x.pull && due(x)) {
      pulls.push_back(std::move(*x.pull));
      x.pull.reset();
    }
  for (auto& x : pulls)
    serve_pull(x);
}

void partition_state::end_pulls() {
  auto followers = std::exchange(followers_, {});
  for (auto& [id, x] : followers)
    if (x.pull)
      self->send(x.pull->carrier,
                 records_pulled{core_->refusal_of(x.pull->request), {}});
}

void partition_state::on_check_replicas() {
  auto now = config_.steady_now();
  for (auto& [id, x] : followers_)
    if (x.pull && now >= x.wait_until_ms)
      x.pull->request.wait_ms_max = 0;
  serve_pulls([](const remote_follower& x) {
    return x.pull->request.wait_ms_max == 0;
  });
  propose_if_due();
}

void partition_state::propose_if_due() {
  if (config_.controller == nullptr || !core_->has_followers())
    return;
  auto proposal = core_->propose(time(), config_.lag_ms_max);
  if (!proposal)
    return;
  spdlog::info("partition.isr_proposed tp={} isr=[{}]", to_string(config_.name),
               fmt::join(proposal->isr, ","));
  auto asked = std::move(*proposal);
  auto controller = config_.controller();
  if (controller == nullptr)
    return isr_judged_as(asked, {errc::stopping, "there is no controller"});
  propose_isr question{{config_.core.self, core_->log().options().topic_id,
                        config_.name.partition, asked.leader_epoch,
                        asked.partition_epoch, asked.isr}};
  self->request(controller, isr_timeout, std::move(question))
      .then([this, asked](const isr_judged& x) { isr_judged_as(asked, x.why); },
            [this, asked](const caf::error& x) {
              isr_judged_as(asked, to_problem(x));
            });
}

void partition_state::isr_judged_as(const cluster::isr_proposal& asked,
                                    const problem& why) {
  if (!why.ok())
    spdlog::debug("partition.isr_declined tp={} reason=\"{}\"",
                 to_string(config_.name), why.message);
  core_->proposal_answered(asked, why, time());
  if (!core_->closed() && !core_->failed())
    high_watermark_moved();
}

} // namespace troupe::actors
