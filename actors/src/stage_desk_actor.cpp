// SPDX-License-Identifier: Apache-2.0
#include "stage_desk_actor.h"

#include "error_map.h"
#include "local_routes.h"

#include <troupe/cluster/controller.h>

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/sec.hpp>
#include <caf/system_messages.hpp>
#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// The producer answers earlier; this is for one that is gone.
constexpr std::chrono::minutes elsewhere_timeout{3};

problem busy(std::string text) {
  return storage::error{storage::errc::busy, std::move(text)};
}

/// Whether clients try again what was refused for that reason.
bool passes(const problem& x) {
  if (const auto* ours = std::get_if<errc>(&x.code))
    return *ours == errc::timed_out;
  const auto* theirs = std::get_if<storage::errc>(&x.code);
  return theirs != nullptr && *theirs == storage::errc::busy;
}

} // namespace

stage_desk_actor::behavior_type
stage_desk(stage_desk_pointer self, stage_desk_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  self->set_exit_handler([self](const caf::exit_msg& x) {
    self->state.end();
    self->quit(x.reason);
  });
  return {
      [&state](append_through_stages& x) { state.on_append_through_stages(x); },
      [&state](reconfigure_stages& x) { state.on_reconfigure_stages(x); },
      [&state](const stage_pause_over&) { state.on_stage_pause_over(); },
  };
}

void stage_desk_state::open(stage_desk_config config) {
  config_ = std::move(config);
  random_.seed(config_.seed);
}

void stage_desk_state::on_append_through_stages(append_through_stages& x) {
  if (waiting_.size() >= config_.stages.config.queue_max)
    return refuse(x, busy("troupe.stages.queue.max batches wait already"));
  waiting_.push_back(std::move(x));
  proceed();
}

void stage_desk_state::on_reconfigure_stages(reconfigure_stages& x) {
  config_.stages = std::move(x);
  outdated_ = true;
  watch_ = {};
  proceed();
}

void stage_desk_state::on_stage_pause_over() {
  watch_.pause_over();
  proceed();
}

void stage_desk_state::end() {
  problem why{errc::stopping, "the node is stopping"};
  if (in_work_)
    refuse(*in_work_, why);
  in_work_.reset();
  for (const auto& x : std::exchange(waiting_, {}))
    refuse(x, why);
  drop_stages();
  if (producer_ != nullptr)
    self->send_exit(producer_, caf::exit_reason::user_shutdown);
  producer_ = nullptr;
}

void stage_desk_state::proceed() {
  if (!in_work_ && std::exchange(outdated_, false))
    drop_stages();
  while (!in_work_ && !waiting_.empty()) {
    auto turn = watch_.turn(config_.stages.config, count_hung());
    switch (turn.what) {
    case stage_turn::action::ask:
      in_work_ = std::move(waiting_.front());
      ask();
      break;
    case stage_turn::action::pass:
      hand_on(waiting_.front());
      break;
    case stage_turn::action::wait:
      return;
    case stage_turn::action::refuse:
      refuse(waiting_.front(), turn.why);
      break;
    }
    waiting_.pop_front();
  }
}

size_t stage_desk_state::count_hung() {
  if (stages_.actor != nullptr)
    return 0;
  std::erase_if(hung_, [](const auto& x) { return x.expired(); });
  return hung_.size();
}

void stage_desk_state::ask() {
  if (stages_.actor == nullptr)
    stages_ = config_.start(config_.stages);
  std::chrono::milliseconds timeout{config_.stages.config.timeout_ms};
  self->request(stages_.actor, timeout,
                stage_batch{in_work_->name, in_work_->what.batch})
      .then([this](batch_staged& x) { on_batch_staged(x); },
            [this](const caf::error& x) { on_no_answer(x); });
}

void stage_desk_state::on_batch_staged(batch_staged& x) {
  switch (x.health) {
  case stage_health::well:
    break;
  case stage_health::failed:
    replace_stages(x.why, watch_.failed(random_()));
    return end_without_stages(x.why);
  case stage_health::unmade:
    replace_stages(x.why, watch_.cannot_be_made(x.why, random_()));
    return end_without_stages(x.why);
  }
  watch_.worked();
  if (!x.why.ok()) {
    refuse(*in_work_, x.why, std::move(x.failures));
    return finish();
  }
  if (x.changed) {
    in_work_->what.batch = std::move(x.batch);
    in_work_->what.origin = storage::append_origin::staged;
  }
  if (!x.elsewhere.empty())
    return append_elsewhere(x.elsewhere);
  hand_on(*in_work_);
  finish();
}

void stage_desk_state::on_no_answer(const caf::error& x) {
  problem why = to_problem(x);
  if (x == caf::sec::request_timeout) {
    why = {errc::timed_out,
           "the topic's stages did not return within troupe.stages.timeout.ms"};
    hung_.push_back(stages_.alive);
  }
  replace_stages(why, watch_.failed(random_()));
  end_without_stages(why);
}

void stage_desk_state::end_without_stages(const problem& why) {
  if (config_.stages.config.on_failure == cluster::stage_policy::open)
    hand_on(*in_work_);
  else
    refuse(*in_work_, why);
  finish();
}

void stage_desk_state::replace_stages(const problem& why, int64_t pause_ms) {
  spdlog::warn("stages.failed topic={} pause_ms={} hung={} reason=\"{}\"",
               config_.topic, pause_ms, hung_.size(), why.message);
  drop_stages();
  self->delayed_send(self, std::chrono::milliseconds(pause_ms),
                     stage_pause_over{});
}

void stage_desk_state::drop_stages() {
  if (stages_.actor != nullptr)
    self->send_exit(stages_.actor, caf::exit_reason::user_shutdown);
  stages_ = {};
}

void stage_desk_state::append_elsewhere(std::vector<outgoing_record>& records) {
  if (producer_ == nullptr)
    producer_ = config_.open_producer();
  auto routes = config_.routes->get();
  elsewhere_ = records.size() + 1;
  elsewhere_failed_ = {};
  for (auto& record : records) {
    auto to = partition_for_routed(*routes, config_.self, record.topic,
                                   record.partition.value_or(0));
    if (!to) {
      on_appended_elsewhere(to.error());
      continue;
    }
    record.partition = *to;
    self->request(producer_, elsewhere_timeout,
                  produce_record{std::move(record)})
        .then([this](records_produced& x) { on_appended_elsewhere(x.why); },
              [this](const caf::error& x) {
                on_appended_elsewhere(to_problem(x));
              });
  }
  on_appended_elsewhere({});
}

void stage_desk_state::on_appended_elsewhere(const problem& why) {
  if (!why.ok() && elsewhere_failed_.ok())
    elsewhere_failed_ = busy("a routed record was not taken: " + why.message);
  if (--elsewhere_ > 0)
    return;
  if (elsewhere_failed_.ok())
    hand_on(*in_work_);
  else
    refuse(*in_work_, elsewhere_failed_);
  finish();
}

void stage_desk_state::hand_on(append_through_stages& x) {
  // What a producer sent behind a batch that it will send again has to wait.
  auto refused = refused_.find(x.name.partition);
  if (refused != refused_.end()) {
    auto header = storage::parse_batch_header(x.what.batch.bytes());
    problem why;
    if (header)
      why = refused->second.judge(*header, config_.steady_now());
    if (refused->second.empty())
      refused_.erase(refused);
    if (!why.ok())
      return refuse(x, why);
  }
  self->send(x.to, std::move(x.what));
}

void stage_desk_state::refuse(const append_through_stages& x,
                              const problem& why,
                              std::vector<storage::record_failure> failures) {
  if (passes(why))
    note_refusal(x, why);
  append_finished answer;
  answer.ticket = x.what.ticket;
  answer.why = why;
  answer.failures = std::move(failures);
  self->send(x.what.client, std::move(answer));
}

void stage_desk_state::note_refusal(const append_through_stages& x,
                                    const problem& why) {
  auto header = storage::parse_batch_header(x.what.batch.bytes());
  if (!header)
    return;
  auto now = config_.steady_now();
  auto& refused = refused_[x.name.partition];
  // The first one counts.
  if (refused.judge(*header, now).ok())
    refused.note(*header, why, now);
}

void stage_desk_state::finish() {
  in_work_.reset();
  proceed();
}

result<int32_t, problem>
partition_for_routed(const routing& routes, cluster::node_id self,
                     const std::string& topic, int32_t from) {
  auto refuse = [&](const std::string& text) {
    return tl::unexpected<problem>(
        {errc::unknown_partition, "topic '" + topic + "' " + text});
  };
  const auto* found = routes.find(topic);
  if (found == nullptr)
    return refuse("does not exist");
  if (cluster::internal_topic(topic))
    return refuse("belongs to the broker");
  auto count = static_cast<int32_t>(found->partitions.size());
  if (from < count && find_local_leader(routes, self, {topic, from}))
    return from;
  for (int32_t i = 0; i < count; ++i)
    if (find_local_leader(routes, self, {topic, i}))
      return i;
  return refuse("has no partition that this node leads");
}

} // namespace troupe::actors
