// SPDX-License-Identifier: Apache-2.0
#include "controller_actor.h"
#include "error_map.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// The quorum answers at once, unless its disk hangs.
constexpr std::chrono::seconds describe_timeout{10};

problem no_controller() {
  return cluster::decision{cluster::refusal::not_controller,
                           "no controller is known at the moment"};
}

bool votes(const cluster::metadata_image& image, cluster::node_id node) {
  return std::ranges::any_of(image.voters,
                             [node](const auto& x) { return x.id == node; });
}

} // namespace

// -- the quorum ---------------------------------------------------------------

caf::result<quorum_described> controller_state::describe_own_quorum() {
  auto answer = self->make_response_promise<quorum_described>();
  self->request(config_.quorum, describe_timeout, describe_quorum{})
      .then(
          [answer](cluster::quorum_description& x) mutable {
            answer.deliver(quorum_described{{}, std::move(x)});
          },
          [answer](const caf::error& x) mutable {
            answer.deliver(quorum_described{to_problem(x), {}});
          });
  return answer;
}

caf::result<quorum_described> controller_state::on_describe_quorum() {
  if (leads_)
    return describe_own_quorum();
  auto there = decider();
  if (there == nullptr)
    return quorum_described{no_controller(), {}};
  auto answer = self->make_response_promise<quorum_described>();
  self->request(there, describe_timeout, forwarded<describe_quorum>{})
      .then([answer](quorum_described& x) mutable { answer.deliver(x); },
            [answer](const caf::error& x) mutable {
              answer.deliver(quorum_described{to_problem(x), {}});
            });
  return answer;
}

caf::result<quorum_described> controller_state::on_forwarded_describe_quorum() {
  if (!leads_)
    return quorum_described{no_controller(), {}};
  return describe_own_quorum();
}

// -- removing nodes -----------------------------------------------------------

void controller_state::prepare(const remove_node& x,
                               std::function<void()> then) {
  auto known = image_->nodes.find(x.node);
  // Otherwise the core refuses, and the node had better go on voting.
  bool removable = known != image_->nodes.end() && known->second.fenced
                   && cluster::replicas_on(*image_, x.node) == 0;
  if (!leads_ || !removable || !votes(*image_, x.node))
    return then();
  removals_.emplace_back(x.node, then);
  auto give_up = [this, node = x.node] {
    auto waiting = std::exchange(removals_, {});
    for (auto& y : waiting)
      if (y.first == node)
        y.second();
      else
        removals_.push_back(std::move(y));
  };
  self->request(config_.quorum, describe_timeout, remove_voter{x.node})
      .then(
          [give_up](const voter_removed& y) {
            if (!y.why.ok())
              give_up();
          },
          [give_up](const caf::error&) { give_up(); });
}

void controller_state::removed_voters() {
  auto waiting = std::exchange(removals_, {});
  for (auto& x : waiting)
    if (leads_ && votes(*image_, x.first))
      removals_.push_back(std::move(x));
    else
      x.second();
}

} // namespace troupe::actors
