// SPDX-License-Identifier: Apache-2.0
#include "controller_actor.h"
#include "error_map.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <tuple>
#include <utility>

namespace troupe::actors {

namespace {

/// For a block from the deciding node.
constexpr std::chrono::seconds ask_timeout{5};

/// How many wait for a block of producer ids; more are refused.
constexpr size_t producer_id_waiters_max = 10000;

} // namespace

caf::result<producer_id_allocated> controller_state::on_allocate_producer_id() {
  if (next_producer_id_ < producer_id_end_)
    return producer_id_allocated{{}, next_producer_id_++};
  if (producer_id_waiters_.size() >= producer_id_waiters_max)
    return producer_id_allocated{
        storage::error{storage::errc::busy,
                       "too many producers wait for an id"},
        -1};
  auto answer = self->make_response_promise<producer_id_allocated>();
  producer_id_waiters_.push_back(answer);
  if (producer_id_waiters_.size() == 1)
    fetch_producer_ids();
  return answer;
}

void controller_state::fetch_producer_ids() {
  take_producer_ids question{config_.broker.id};
  auto use = [this](const producer_ids_taken& x) { use_producer_ids(x); };
  if (leads_)
    return take_producer_ids_here(question.node, use);
  auto there = decider();
  if (there == nullptr)
    return use({cluster::decision{cluster::refusal::not_controller,
                                  "no controller is known at the moment"},
                -1, -1});
  self->request(there, ask_timeout, forwarded<take_producer_ids>{question})
      .then(use, [use](const caf::error& y) {
        use({to_problem(y), -1, -1});
      });
}

void controller_state::use_producer_ids(const producer_ids_taken& x) {
  if (x.why.ok()) {
    next_producer_id_ = x.first;
    producer_id_end_ = x.end;
  }
  auto waiters = std::exchange(producer_id_waiters_, {});
  for (auto& waiter : waiters) {
    if (!x.why.ok())
      waiter.deliver(producer_id_allocated{x.why, -1});
    else if (next_producer_id_ < producer_id_end_)
      waiter.deliver(producer_id_allocated{{}, next_producer_id_++});
    else
      producer_id_waiters_.push_back(waiter);
  }
  if (!producer_id_waiters_.empty())
    fetch_producer_ids();
}

caf::result<producer_ids_taken>
controller_state::on_take_producer_ids(const forwarded<take_producer_ids>& x) {
  auto answer = self->make_response_promise<producer_ids_taken>();
  take_producer_ids_here(
      x.question.node,
      [answer](const producer_ids_taken& y) mutable { answer.deliver(y); });
  return answer;
}

void controller_state::take_producer_ids_here(
    cluster::node_id node,
    std::function<void(const producer_ids_taken&)> then) {
  auto block = std::make_shared<producer_ids_taken>();
  pending_decision question;
  question.items = 1;
  question.decide = [this, block](const auto& image, size_t) {
    auto [range, records] = core_->allocate_producer_ids(image);
    std::tie(block->first, block->end) = range;
    return cluster::outcome{{}, std::move(records)};
  };
  question.done = [node, block, then](std::vector<problem> results,
                                      storage::offset_t) {
    block->why = std::move(results.front());
    if (block->why.ok())
      spdlog::info("controller.producer_ids node={} first={} end={}", node,
                   block->first, block->end);
    then(*block);
  };
  enqueue(std::move(question));
}

} // namespace troupe::actors
