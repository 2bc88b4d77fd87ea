// SPDX-License-Identifier: Apache-2.0
#include "controller_actor.h"
#include "controller_questions.h"
#include "error_map.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace troupe::actors {

namespace {

/// For what a node asks the deciding node about itself.
constexpr std::chrono::seconds ask_timeout{5};

problem no_controller() {
  return cluster::decision{cluster::refusal::not_controller,
                           "no controller is known at the moment"};
}

} // namespace

// -- heartbeats ---------------------------------------------------------------

caf::result<heartbeat_answered>
controller_state::on_node_heartbeat(const cluster::node_heartbeat& x) {
  auto answer = self->make_response_promise<heartbeat_answered>();
  if (leads_) {
    decide_heartbeat(x, answer);
    return answer;
  }
  auto fail = [answer](const problem& why) mutable {
    answer.deliver(heartbeat_answered{why, true, false});
  };
  auto there = decider();
  if (there == nullptr) {
    fail(no_controller());
    return answer;
  }
  ask<heartbeat_answered>(
      there, ask_timeout, forwarded<cluster::node_heartbeat>{x},
      [answer](heartbeat_answered& y) mutable { answer.deliver(y); }, fail);
  return answer;
}

caf::result<heartbeat_answered> controller_state::on_forwarded_heartbeat(
    const forwarded<cluster::node_heartbeat>& x) {
  auto answer = self->make_response_promise<heartbeat_answered>();
  decide_heartbeat(x.question, answer);
  return answer;
}

void controller_state::decide_heartbeat(
    const cluster::node_heartbeat& x,
    caf::typed_response_promise<heartbeat_answered> answer) {
  // It is alive, however long the round in work takes to be committed.
  auto known = image_->nodes.find(x.node);
  if (leads_ && known != image_->nodes.end()
      && known->second.incarnation == x.incarnation)
    upkeep_->sessions().heard(x, image_->end_offset, config_.now());
  if (!x.failed.empty())
    decide_failures(x);
  auto verdict = std::make_shared<heartbeat_answered>();
  pending_decision question;
  question.items = 1;
  question.decide = [this, x, verdict](const auto& image, size_t) {
    auto y = core_->heartbeat(image, x, upkeep_->sessions(), config_.now());
    verdict->fenced = y.fenced;
    verdict->may_stop = y.may_stop;
    return std::move(y.decided);
  };
  question.done = [answer, verdict](std::vector<problem> results,
                                    storage::offset_t) mutable {
    verdict->why = std::move(results.front());
    answer.deliver(*verdict);
  };
  enqueue(std::move(question));
}

/// Told again with the next heartbeat, if need be.
void controller_state::decide_failures(const cluster::node_heartbeat& x) {
  pending_decision question;
  question.items =
      std::min(x.failed.size(), cluster::failed_replicas_per_heartbeat_max);
  question.decide = [this, x](const cluster::metadata_image& image,
                              size_t item) -> cluster::outcome {
    auto node = image.nodes.find(x.node);
    if (node == image.nodes.end() || node->second.incarnation != x.incarnation)
      return {};
    const auto& replica = x.failed[item];
    return core_->resign_replica(image,
                                 {x.node, replica.topic_id, replica.partition});
  };
  question.done = [node = x.node](const std::vector<problem>& results,
                                  storage::offset_t) {
    spdlog::warn("controller.replicas_failed node={} count={}", node,
                 results.size());
  };
  enqueue(std::move(question));
}

void controller_state::on_peer_lost(const peer_lost& x) {
  if (x.node == leader_)
    give_up_asking();
  if (!leads_)
    return;
  upkeep_->sessions().suspect(x.node, config_.now());
  look_after_nodes();
}

// -- what nobody asks for -----------------------------------------------------

void controller_state::begin_leading() {
  upkeep_.emplace(config_.broker.cluster, *image_, config_.now());
  // Perhaps the very node whose death got this one elected.
  for (const auto& [id, node] : image_->nodes)
    if (id != config_.broker.id && !node.incarnation.is_nil()
        && config_.controller_of(id) == nullptr)
      upkeep_->sessions().suspect(id, config_.now());
  look_after_nodes();
}

void controller_state::on_check_nodes(const check_nodes& x) {
  if (!leads_ || x.number != check_number_)
    return;
  upkeep_->sessions().look(config_.now());
  look_after_nodes();
}

/// Has the core decide what is due, until nothing is.
void controller_state::look_after_nodes() {
  if (!leads_ || alone())
    return;
  // The answer may wait for a slow log; the clock is looked at all the same.
  arm_check(config_.broker.cluster.heartbeat_interval_ms);
  if (std::exchange(looking_, true))
    return;
  auto found = std::make_shared<bool>(false);
  pending_decision question;
  question.items = 1;
  question.decide = [this, found](const auto& image, size_t) {
    auto due = upkeep_->tick(*core_, image, config_.now());
    *found = !due.records.empty();
    return due;
  };
  question.done = [this, found](const std::vector<problem>& results,
                                storage::offset_t) {
    looking_ = false;
    if (!results.front().ok())
      spdlog::warn("controller.upkeep_failed reason=\"{}\"",
                   results.front().message);
    else if (*found)
      return look_after_nodes();
    arm_check(upkeep_->next_deadline_ms() - config_.now());
  };
  enqueue(std::move(question));
}

void controller_state::arm_check(int64_t delay_ms) {
  if (leads_)
    self->delayed_send(
        self, std::chrono::milliseconds(std::max<int64_t>(1, delay_ms)),
        check_nodes{++check_number_});
}

// -- in-sync replicas ---------------------------------------------------------

caf::result<isr_judged> controller_state::on_propose_isr(const propose_isr& x) {
  auto answer = self->make_response_promise<isr_judged>();
  if (leads_) {
    decide_isr(x, answer);
    return answer;
  }
  auto there = decider();
  if (there == nullptr) {
    answer.deliver(isr_judged{no_controller()});
    return answer;
  }
  ask<isr_judged>(
      there, ask_timeout, forwarded<propose_isr>{x},
      [answer](isr_judged& y) mutable { answer.deliver(y); },
      [answer](const problem& why) mutable {
        answer.deliver(isr_judged{why});
      });
  return answer;
}

caf::result<isr_judged>
controller_state::on_forwarded_isr(const forwarded<propose_isr>& x) {
  auto answer = self->make_response_promise<isr_judged>();
  decide_isr(x.question, answer);
  return answer;
}

void controller_state::decide_isr(
    const propose_isr& x, caf::typed_response_promise<isr_judged> answer) {
  pending_decision question;
  question.items = 1;
  question.decide = [this, x](const auto& image, size_t) {
    return core_->alter_isr(image, x.what);
  };
  question.done = [answer](std::vector<problem> results,
                           storage::offset_t) mutable {
    answer.deliver(isr_judged{std::move(results.front())});
  };
  enqueue(std::move(question));
}

// -- joining ------------------------------------------------------------------

caf::result<cluster_joined>
controller_state::on_join_cluster(const join_cluster& x) {
  auto answer = self->make_response_promise<cluster_joined>();
  auto fail = [answer](const problem& why) mutable {
    answer.deliver(cluster_joined{why, {}, cluster::no_node});
  };
  if (leads_) {
    cluster::node_registration node;
    node.rack = x.rack;
    node.cluster_host = x.cluster_host;
    node.cluster_port = x.cluster_port;
    node.incarnation = x.incarnation;
    auto question = to_pending(deciding(), register_node{node});
    question.done = [this, answer, fail,
                     incarnation = x.incarnation](std::vector<problem> results,
                                                  storage::offset_t) mutable {
      if (!results.front().ok())
        return fail(results.front());
      answer.deliver(cluster_joined{
          {}, image_->cluster_id, cluster::node_with(*image_, incarnation)});
    };
    enqueue(std::move(question));
    return answer;
  }
  auto there = decider();
  if (there == nullptr || x.passed_on) {
    fail(no_controller());
    return answer;
  }
  auto passed_on = x;
  passed_on.passed_on = true;
  ask<cluster_joined>(
      there, ask_timeout, passed_on,
      [answer](cluster_joined& y) mutable { answer.deliver(y); }, fail);
  return answer;
}

} // namespace troupe::actors
