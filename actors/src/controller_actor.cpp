// SPDX-License-Identifier: Apache-2.0
#include "controller_actor.h"

#include "controller_questions.h"
#include "error_map.h"

#include <utility>

namespace troupe::actors {

namespace {

/// How long the deciding node may take; sessions have deadlines of their own.
constexpr std::chrono::milliseconds forward_timeout{15'000};

/// Questions that wait while nobody decides.
constexpr size_t parked_max = 1000;

problem no_controller() {
  return cluster::decision{cluster::refusal::not_controller,
                           "no controller is known at the moment"};
}

} // namespace

controller_actor::behavior_type
controller(controller_actor::stateful_pointer<controller_state> self,
           controller_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
      // From other nodes.
      [&state](const forwarded<create_topics>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<delete_topics>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<create_partitions>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<alter_configs>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<alter_reassignments>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<elect_leaders>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<remove_node>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<describe_quorum>&) {
        return state.on_forwarded_describe_quorum();
      },
      [&state](const forwarded<register_node>& x) {
        return state.on_forwarded(x);
      },
      [&state](const forwarded<take_producer_ids>& x) {
        return state.on_take_producer_ids(x);
      },
      [&state](const forwarded<cluster::node_heartbeat>& x) {
        return state.on_forwarded_heartbeat(x);
      },
      [&state](const forwarded<propose_isr>& x) {
        return state.on_forwarded_isr(x);
      },
      [&state](const join_cluster& x) { return state.on_join_cluster(x); },
      // From this node.
      [&state](const create_topics& x) { return state.on_question(x); },
      [&state](const delete_topics& x) { return state.on_question(x); },
      [&state](const create_partitions& x) { return state.on_question(x); },
      [&state](const alter_configs& x) { return state.on_question(x); },
      [&state](const alter_reassignments& x) { return state.on_question(x); },
      [&state](const elect_leaders& x) { return state.on_question(x); },
      [&state](const remove_node& x) { return state.on_question(x); },
      [&state](const describe_quorum&) { return state.on_describe_quorum(); },
      [&state](const register_node& x) { return state.on_question(x); },
      [&state](const allocate_producer_id&) {
        return state.on_allocate_producer_id();
      },
      [&state](const cluster::node_heartbeat& x) {
        return state.on_node_heartbeat(x);
      },
      [&state](const propose_isr& x) { return state.on_propose_isr(x); },
      [&state](const image_committed& x) { state.on_image_committed(x); },
      [&state](const quorum_changed& x) { state.on_quorum_changed(x); },
      [&state](const peer_lost& x) { state.on_peer_lost(x); },
      [&state](const check_nodes& x) { state.on_check_nodes(x); },
  };
}

void controller_state::open(controller_config x) {
  config_ = std::move(x);
  core_.emplace(config_.broker, config_.seed);
  image_ = applied_.image();
  upkeep_.emplace(config_.broker.cluster, *image_, config_.now());
}

template <class Question>
caf::result<metadata_decided> controller_state::on_question(const Question& x) {
  auto answer = self->make_response_promise<metadata_decided>();
  if (!only_validates(x)) {
    decide(x, answer, config_.now() + forward_timeout.count());
    return answer;
  }
  auto question = to_pending(deciding(), x);
  auto round = decide_round(*image_, {std::move(question)}, 1);
  auto imagined = cluster::apply(*image_, round.delta, image_->end_offset);
  metadata_decided decided{std::move(round.results.front()),
                           imagined ? *imagined : image_};
  answer.deliver(std::move(decided));
  return answer;
}

template <class Question>
void controller_state::decide(
    const Question& x, caf::typed_response_promise<metadata_decided> answer,
    int64_t deadline_ms) {
  auto question = to_pending(deciding(), x);
  auto items = question.items;
  auto done = [this, answer](std::vector<problem> results,
                             storage::offset_t end_offset) {
    answer_when_applied(answer, std::move(results), end_offset);
  };
  if (leads_ || starting_) {
    question.done = done;
    prepare(x, [this, question] { enqueue(question); });
    return;
  }
  auto fail = [done, items](const problem& why) {
    done(std::vector<problem>(items, why), 0);
  };
  auto there = decider();
  if (there == nullptr) {
    if (!park(deadline_ms, [this, x, answer, deadline_ms] {
          decide(x, answer, deadline_ms);
        }))
      fail(no_controller());
    return;
  }
  ask<decided_elsewhere>(
      there, forward_timeout, forwarded<Question>{x},
      [done, fail, items](decided_elsewhere& y) {
        if (y.results.size() == items)
          done(std::move(y.results), y.end_offset);
        else
          fail({errc::internal, "another node gave no complete answer"});
      },
      fail);
}

template <class Question>
caf::result<decided_elsewhere>
controller_state::on_forwarded(const forwarded<Question>& x) {
  auto answer = self->make_response_promise<decided_elsewhere>();
  auto question = to_pending(deciding(), x.question);
  question.done = [answer](std::vector<problem> results,
                           storage::offset_t end_offset) mutable {
    answer.deliver(decided_elsewhere{std::move(results), end_offset});
  };
  prepare(x.question, [this, question] { enqueue(question); });
  return answer;
}

bool controller_state::park(int64_t deadline_ms, std::function<void()> again) {
  if (parked_.size() >= parked_max || config_.now() >= deadline_ms)
    return false;
  parked_.push_back(std::move(again));
  return true;
}

void controller_state::ask_again() {
  for (auto& again : std::exchange(parked_, {}))
    again();
}

void controller_state::answer_lost(uint64_t number, const caf::error& why) {
  if (auto asked = asked_.extract(number))
    asked.mapped()(to_problem(why));
}

void controller_state::give_up_asking() {
  for (auto& [number, fail] : std::exchange(asked_, {}))
    fail({errc::timed_out, "the controller that was asked is gone"});
}

remote_controller_actor controller_state::decider() const {
  return leader_ == cluster::no_node ? remote_controller_actor{}
                                     : config_.controller_of(leader_);
}

} // namespace troupe::actors
