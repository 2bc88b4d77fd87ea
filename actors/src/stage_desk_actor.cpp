// SPDX-License-Identifier: Apache-2.0
#include "stage_desk_actor.h"

#include "error_map.h"
#include "local_routes.h"

#include <troupe/cluster/controller.h>

#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
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
      [&state](batch_staged& x) { state.on_batch_staged(x); },
      [&state](append_through_stages& x) { state.on_append_through_stages(x); },
      [&state](reconfigure_stages& x) { state.on_reconfigure_stages(x); },
      [&state](const stage_pause_over&) { state.on_stage_pause_over(); },
      [&state](const stage_deadline_due&) { state.on_stage_deadline_due(); },
  };
}

void stage_desk_state::open(stage_desk_config config) {
  config_ = std::move(config);
  stages_.open("stages", config_.topic, std::move(config_.stages),
               std::move(config_.start), config_.seed);
}

void stage_desk_state::on_append_through_stages(append_through_stages& x) {
  if (line_.waiting() >= stages_.config().queue_max)
    return refuse(x, busy("troupe.stages.queue.max batches wait already"));
  line_.add(std::move(x));
  proceed();
}

void stage_desk_state::on_reconfigure_stages(reconfigure_stages& x) {
  stages_.reconfigure(std::move(x));
  proceed();
}

void stage_desk_state::on_stage_pause_over() {
  stages_.pause_over();
  proceed();
}

void stage_desk_state::end() {
  while (!line_.empty())
    refuse(line_.take(), {errc::stopping, "the node is stopping"});
  stages_.drop();
  if (producer_ != nullptr)
    self->send_exit(producer_, caf::exit_reason::user_shutdown);
  producer_ = nullptr;
}

void stage_desk_state::proceed() {
  do {
    while (elsewhere_ == 0 && line_.settled() != nullptr)
      settle(*line_.settled());
    take_up();
  } while (elsewhere_ == 0 && line_.settled() != nullptr);
  arm();
}

void stage_desk_state::take_up() {
  if (line_.asked() == 0)
    stages_.renew();
  while (line_.waiting() > 0 && line_.asked() < asked_max
         && !stages_.outdated()) {
    auto turn = stages_.turn();
    if (turn.what == stage_turn::action::ask) {
      ask();
      continue;
    }
    // It must not overtake those that were asked about.
    if (turn.what == stage_turn::action::wait || line_.asked() > 0)
      return;
    if (turn.what == stage_turn::action::pass)
      hand_on(line_.take());
    else
      refuse(line_.take(), turn.why);
  }
}

void stage_desk_state::ask() {
  if (!line_.unanswered())
    asked_since_ms_ = config_.steady_now();
  const auto& next = line_.ask();
  const auto& worker = stages_.worker();
  if (worker == nullptr)
    return give_up(stage_failure::crashed,
                   busy("no thread could be begun for the topic's stages"));
  self->send(worker, stage_batch{next.ticket, next.batch.name,
                                 next.batch.what.batch, self});
}

void stage_desk_state::on_batch_staged(batch_staged& x) {
  if (!line_.expects(x.ticket))
    return;
  asked_since_ms_ = config_.steady_now();
  switch (x.health) {
  case stage_health::well:
    stages_.worked();
    line_.answer(std::move(x));
    break;
  case stage_health::failed:
    give_up(stage_failure::crashed, x.why);
    break;
  case stage_health::unmade:
    give_up(stage_failure::unmade, x.why);
    break;
  }
  proceed();
}

void stage_desk_state::on_stage_deadline_due() {
  armed_until_ms_.reset();
  auto until_ms = asked_since_ms_ + stages_.config().timeout_ms;
  if (line_.unanswered() && until_ms <= config_.steady_now())
    give_up(
        stage_failure::hung,
        {errc::timed_out,
         "the topic's stages did not return within troupe.stages.timeout.ms"});
  proceed();
}

void stage_desk_state::arm() {
  if (!line_.unanswered())
    return;
  auto until_ms = asked_since_ms_ + stages_.config().timeout_ms;
  // An earlier one than before counts, too: the timeout may be made shorter.
  if (armed_until_ms_ && *armed_until_ms_ <= until_ms)
    return;
  armed_until_ms_ = until_ms;
  auto left_ms = std::max<int64_t>(until_ms - config_.steady_now(), 1);
  self->delayed_send(self, std::chrono::milliseconds(left_ms),
                     stage_deadline_due{});
}

void stage_desk_state::give_up(stage_failure how, const problem& why) {
  std::chrono::milliseconds pause{stages_.give_up(how, why)};
  self->delayed_send(self, pause, stage_pause_over{});
  batch_staged failed;
  failed.health = stage_health::failed;
  failed.why = why;
  line_.fail(std::move(failed));
}

void stage_desk_state::settle(stage_line::place& x) {
  auto& outcome = *x.outcome;
  if (outcome.health != stage_health::well
      && stages_.config().on_failure == cluster::stage_policy::open)
    return hand_on(line_.take());
  if (!outcome.why.ok()) {
    auto why = std::move(outcome.why);
    auto failures = std::move(outcome.failures);
    return refuse(line_.take(), why, std::move(failures));
  }
  if (outcome.changed) {
    x.batch.what.batch = std::move(outcome.batch);
    x.batch.what.origin = storage::append_origin::staged;
  }
  if (outcome.elsewhere.empty())
    return hand_on(line_.take());
  if (held_back(x.batch))
    static_cast<void>(line_.take());
  else
    append_elsewhere(outcome.elsewhere);
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
        .then(
            [this](records_produced& x) {
              on_appended_elsewhere(x.why);
              proceed();
            },
            [this](const caf::error& x) {
              on_appended_elsewhere(to_problem(x));
              proceed();
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
    hand_on(line_.take());
  else
    refuse(line_.take(), elsewhere_failed_);
}

void stage_desk_state::hand_on(append_through_stages x) {
  if (!held_back(x))
    self->send(x.to, std::move(x.what));
}

bool stage_desk_state::held_back(const append_through_stages& x) {
  auto refused = refused_.find(x.name.partition);
  if (refused == refused_.end())
    return false;
  auto header = storage::parse_batch_header(x.what.batch.bytes());
  problem why;
  if (header)
    why = refused->second.judge(*header, config_.steady_now());
  if (refused->second.empty())
    refused_.erase(refused);
  if (!why.ok())
    refuse(x, why);
  return !why.ok();
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
