// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "applied_metadata.h"
#include "controller_questions.h"
#include "decision_round.h"

#include <troupe/actors/inspect_controller.h>
#include <troupe/actors/interfaces.h>
#include <troupe/actors/peer_interfaces.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/controller_upkeep.h>

#include <caf/error.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

struct controller_config {
  cluster::broker_config broker;
  /// Holds the metadata log.
  quorum_actor quorum;
  /// Told about each new image.
  broker_actor follower;
  /// Told where other nodes are; null on a node that is alone.
  membership_actor membership;
  /// The controller of another node; null while there is no connection.
  std::function<remote_controller_actor(cluster::node_id)> controller_of;
  /// Shows everybody here who leads; may be null.
  std::shared_ptr<std::atomic<cluster::node_id>> leader;
  /// Places new partitions; null: the core does.
  std::shared_ptr<cluster::placement_policy> placement;
  uint64_t seed = 0;
  /// Of the steady clock, in milliseconds.
  std::function<int64_t()> now;
};

/// Decides while this node leads the quorum; otherwise hands questions to the
/// node that does. Either way an answer comes once this node serves what was
/// decided.
struct controller_state {
  static inline const char* name = "controller";

  explicit controller_state(controller_actor::pointer self) : self(self) {}

  void open(controller_config x);

  /// A question from this node.
  template <class Question>
  caf::result<metadata_decided> on_question(const Question& x);
  /// Here, or by the node that decides; waits for one until `deadline_ms`.
  template <class Question>
  void decide(const Question& x,
              caf::typed_response_promise<metadata_decided> answer,
              int64_t deadline_ms);
  /// A question from another node.
  template <class Question>
  caf::result<decided_elsewhere> on_forwarded(const forwarded<Question>& x);

  caf::result<producer_id_allocated> on_allocate_producer_id();
  caf::result<producer_ids_taken>
  on_take_producer_ids(const forwarded<take_producer_ids>& x);
  caf::result<cluster_joined> on_join_cluster(const join_cluster& x);
  caf::result<heartbeat_answered>
  on_node_heartbeat(const cluster::node_heartbeat& x);
  caf::result<heartbeat_answered>
  on_forwarded_heartbeat(const forwarded<cluster::node_heartbeat>& x);
  caf::result<isr_judged> on_propose_isr(const propose_isr& x);
  caf::result<isr_judged> on_forwarded_isr(const forwarded<propose_isr>& x);

  caf::result<quorum_described> on_describe_quorum();
  caf::result<quorum_described> on_forwarded_describe_quorum();

  void on_image_committed(const image_committed& x);
  void on_quorum_changed(const quorum_changed& x);
  void on_peer_lost(const peer_lost& x);
  void on_check_nodes(const check_nodes& x);

  controller_actor::pointer self;

private:
  // -- deciding (controller_decisions.cpp) ------------------------------------
  deciding_core deciding() {
    return {*core_, upkeep_->sessions(), config_.placement.get()};
  }
  void enqueue(pending_decision x);
  struct round_in_work;
  void run_round();
  void propose_next(std::shared_ptr<round_in_work> round);
  void decide_again(round_in_work& round);
  void finish_round(round_in_work& round, const problem& why);
  /// Everybody who waits to be decided is told to ask somebody else.
  void refuse_all(const problem& why);
  void take_image(cluster::image_ptr image);
  void apply_newest();
  /// Answers once this node serves everything below `end_offset`.
  void answer_when_applied(caf::typed_response_promise<metadata_decided> answer,
                           std::vector<problem> results,
                           storage::offset_t end_offset);
  /// Null when there is nobody to forward to.
  remote_controller_actor decider() const;
  /// Asks it. Either `use` or `fail` is called, once: `fail` also when another
  /// node decides from now on, or the link broke, because the answer of a dead
  /// node never comes.
  template <class Answer, class Question>
  void
  ask(const remote_controller_actor& there, std::chrono::milliseconds timeout,
      Question question, std::function<void(Answer&)> use,
      std::function<void(const problem&)> fail) {
    auto number = ++asked_number_;
    asked_.emplace(number, std::move(fail));
    self->request(there, timeout, std::move(question))
        .then(
            [this, number, use = std::move(use)](Answer& x) {
              if (asked_.erase(number) > 0)
                use(x);
            },
            [this, number](const caf::error& x) { answer_lost(number, x); });
  }
  /// While nobody decides: `again` is called when somebody may. False: too many
  /// wait already, or it did for long enough.
  bool park(int64_t deadline_ms, std::function<void()> again);
  void ask_again();
  void answer_lost(uint64_t number, const caf::error& why);
  /// Fails everything that was asked.
  void give_up_asking();

  // -- administration (controller_administration.cpp) -------------------------
  /// What must be done first: a voter leaves the quorum before the cluster.
  template <class Question>
  void prepare(const Question&, std::function<void()> then) {
    then();
  }
  void prepare(const remove_node& x, std::function<void()> then);
  void removed_voters();
  caf::result<quorum_described> describe_own_quorum();

  // -- nodes (controller_nodes.cpp) -------------------------------------------
  void decide_failures(const cluster::node_heartbeat& x);
  void decide_heartbeat(const cluster::node_heartbeat& x,
                        caf::typed_response_promise<heartbeat_answered> answer);
  /// This node was elected.
  void begin_leading();
  void look_after_nodes();
  /// Then there is nobody to look after, and nobody is woken up.
  bool alone() const { return config_.broker.cluster.listen.empty(); }
  void decide_isr(const propose_isr& x,
                  caf::typed_response_promise<isr_judged> answer);
  void
  take_producer_ids_here(cluster::node_id node,
                         std::function<void(const producer_ids_taken&)> then);
  void fetch_producer_ids();
  void use_producer_ids(const producer_ids_taken& x);
  void arm_check(int64_t delay_ms);

  controller_config config_;
  std::optional<cluster::controller> core_;
  /// Of this reign, or of the last one.
  std::optional<cluster::controller_upkeep> upkeep_;
  /// Newest that is agreed on; the one in work at the broker actor or none.
  cluster::image_ptr image_;
  applied_metadata applied_;

  /// The quorum has not said yet who leads: questions wait for that.
  bool starting_ = true;
  bool leads_ = false;
  cluster::node_id leader_ = cluster::no_node;
  cluster::leader_epoch_t epoch_ = 0;
  std::deque<pending_decision> questions_;
  /// What a round decided is on its way into the log, piece by piece.
  bool proposing_ = false;
  /// The core is being asked what is due.
  bool looking_ = false;
  uint64_t check_number_ = 0;
  /// What becomes of questions on their way, when no answer comes.
  std::map<uint64_t, std::function<void(const problem&)>> asked_;
  uint64_t asked_number_ = 0;
  /// Questions that wait for somebody to decide them.
  std::vector<std::function<void()>> parked_;

  /// Nodes that are removed once they do not vote any more.
  std::vector<std::pair<cluster::node_id, std::function<void()>>> removals_;

  /// Ids left of the block that this node was given.
  int64_t next_producer_id_ = 0;
  int64_t producer_id_end_ = 0;
  std::vector<caf::typed_response_promise<producer_id_allocated>>
      producer_id_waiters_;
};

controller_actor::behavior_type
controller(controller_actor::stateful_pointer<controller_state> self,
           controller_config config);

} // namespace troupe::actors
