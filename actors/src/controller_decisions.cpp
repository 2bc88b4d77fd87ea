// SPDX-License-Identifier: Apache-2.0
#include "controller_actor.h"
#include "error_map.h"
#include "outdated_proposal.h"
#include "peer_table.h"

#include <spdlog/spdlog.h>

#include <iterator>
#include <utility>

namespace troupe::actors {

namespace {

/// Changes that are proposed together.
constexpr size_t round_records_max = 10000;

/// Larger ones go in pieces: a batch of the metadata log takes a segment at
/// most.
constexpr size_t delta_bytes_max = 16 << 20;

/// Questions that wait; more are refused.
constexpr size_t questions_max = 10000;

/// A delta needs a sync here and on one other voter.
constexpr std::chrono::seconds commit_timeout{10};

constexpr std::chrono::minutes apply_timeout{60};

problem not_controller() {
  return cluster::decision{cluster::refusal::not_controller,
                           "another node is the controller"};
}

problem moved_on() {
  return cluster::decision{cluster::refusal::not_controller,
                           "the metadata changed meanwhile"};
}

} // namespace

void controller_state::enqueue(pending_decision x) {
  auto refuse = [&x](problem why) {
    x.done(std::vector<problem>(x.items, std::move(why)), 0);
  };
  if (!leads_ && !starting_)
    return refuse(not_controller());
  if (questions_.size() >= questions_max)
    return refuse(storage::error{storage::errc::busy,
                                 "too many questions to the controller"});
  questions_.push_back(std::move(x));
  run_round();
}

struct controller_state::round_in_work {
  std::vector<pending_decision> asked;
  std::vector<std::vector<problem>> results;
  /// What is still to be proposed, in order.
  std::deque<cluster::metadata_delta> pieces;
  /// A piece of it is agreed on.
  bool begun = false;
  /// Where the image ends that it was decided on.
  storage::offset_t based_on = 0;
};

void controller_state::run_round() {
  if (!leads_ || proposing_ || questions_.empty())
    return;
  proposing_ = true;
  auto decided = decide_round(*image_, questions_, round_records_max);
  for (const auto& x : decided.unclean)
    spdlog::error("controller.unclean_election tp={} records may be lost",
                  to_string(x));
  auto round = std::make_shared<round_in_work>();
  for (size_t i = 0; i < decided.results.size(); ++i) {
    round->asked.push_back(std::move(questions_.front()));
    questions_.pop_front();
  }
  round->results = std::move(decided.results);
  round->based_on = image_->end_offset;
  for (auto& x : cluster::split(std::move(decided.delta), delta_bytes_max))
    round->pieces.push_back(std::move(x));
  propose_next(std::move(round));
}

void controller_state::propose_next(std::shared_ptr<round_in_work> round) {
  if (round->pieces.empty()) {
    finish_round(*round, {});
    return;
  }
  auto failed = [this, round](const problem& why) {
    spdlog::warn("controller.proposal_failed reason=\"{}\"", why.message);
    finish_round(*round, why);
  };
  propose_records proposal{std::move(round->pieces.front()),
                           image_->end_offset};
  round->pieces.pop_front();
  self->request(config_.quorum, commit_timeout, std::move(proposal))
      .then(
          [this, round, failed](const records_committed& x) {
            if (!x.why.ok())
              return is_outdated_proposal(x.why) ? decide_again(*round)
                                                 : failed(x.why);
            round->begun = true;
            take_image(x.image);
            propose_next(round);
          },
          [failed](const caf::error& x) { failed(to_problem(x)); });
}

/// The quorum changed its voters meanwhile, say. That image comes, or is here
/// already; what was asked waits for it.
void controller_state::decide_again(round_in_work& round) {
  if (round.begun)
    return finish_round(round, moved_on());
  proposing_ = false;
  questions_.insert(questions_.begin(),
                    std::make_move_iterator(round.asked.begin()),
                    std::make_move_iterator(round.asked.end()));
  if (!leads_)
    return refuse_all(not_controller());
  if (image_->end_offset > round.based_on)
    run_round();
}

void controller_state::finish_round(round_in_work& round, const problem& why) {
  proposing_ = false;
  for (size_t i = 0; i < round.asked.size(); ++i) {
    auto& results = round.results[i];
    if (!why.ok())
      for (auto& x : results)
        if (x.ok())
          x = why;
    round.asked[i].done(std::move(results), image_->end_offset);
  }
  run_round();
}

void controller_state::refuse_all(const problem& why) {
  auto all = std::exchange(questions_, {});
  for (auto& x : all)
    x.done(std::vector<problem>(x.items, why), 0);
}

void controller_state::on_image_committed(const image_committed& x) {
  take_image(x.image);
  ask_again();
  run_round();
}

void controller_state::take_image(cluster::image_ptr image) {
  if (image->end_offset <= image_->end_offset)
    return;
  bool nodes_changed = image->nodes != image_->nodes;
  image_ = std::move(image);
  removed_voters();
  if (nodes_changed && config_.membership != nullptr)
    self->send(config_.membership, follow_nodes{addresses_of(*image_)});
  apply_newest();
}

/// The broker hears of each at once: who leads must not wait for the logs that
/// an earlier image has it open or erase.
void controller_state::apply_newest() {
  auto image = image_;
  auto served = [this, image] {
    if (image->end_offset > applied_.image()->end_offset)
      applied_.advance(image);
  };
  self->request(config_.follower, apply_timeout, apply_metadata{image})
      .then([served](const metadata_applied&) { served(); },
            [served](const caf::error& x) {
              // What the log holds is decided, whatever becomes of the broker:
              // a partition that cannot be opened shows as offline.
              spdlog::error("controller.apply_failed reason=\"{}\"",
                            to_problem(x).message);
              served();
            });
}

void controller_state::answer_when_applied(
    caf::typed_response_promise<metadata_decided> answer,
    std::vector<problem> results, storage::offset_t end_offset) {
  applied_.wait(end_offset, [answer, results = std::move(results)](
                                const cluster::image_ptr& image) mutable {
    answer.deliver(metadata_decided{std::move(results), image});
  });
}

void controller_state::on_quorum_changed(const quorum_changed& x) {
  bool led = std::exchange(leads_, x.self_leads);
  if (std::exchange(leader_, x.leader) != x.leader)
    give_up_asking();
  if (config_.leader != nullptr)
    config_.leader->store(leader_);
  epoch_ = x.epoch;
  if (x.image != nullptr)
    take_image(x.image);
  if (led && !leads_)
    spdlog::info("controller.stepped_down epoch={}", epoch_);
  starting_ = false;
  if (!leads_) {
    removed_voters();
    refuse_all(not_controller());
  }
  if (leads_ && !led) {
    spdlog::info("controller.elected epoch={}", epoch_);
    begin_leading();
  }
  ask_again();
  run_round();
}

} // namespace troupe::actors
