// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/controller_interfaces.h>
#include <troupe/actors/inspect_controller.h>
#include <troupe/actors/messages/quorum_wire.h>
#include <troupe/cluster/metadata_log.h>
#include <troupe/cluster/quorum.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors {

struct quorum_actor_config {
  cluster::quorum_config quorum;
  /// Nodes are made voters up to so many.
  int32_t voters_max = 3;
  /// Taken out by the actor, which becomes its only user.
  std::shared_ptr<std::unique_ptr<cluster::metadata_log>> log;
  /// The quorum of another node; null while there is no connection.
  std::function<remote_quorum_actor(cluster::node_id)> quorum_of;
  /// Nodes that may know a leader before the metadata names any.
  std::vector<cluster::node_id> contacts;
  uint64_t seed = 0;
  std::function<cluster::quorum_time()> now;
};

/// Drives this node's part in the metadata quorum: carries its letters, keeps
/// its deadlines, and tells the controller what is agreed on.
struct quorum_state {
  static inline const char* name = "quorum";

  explicit quorum_state(quorum_actor::pointer self) : self(self) {}
  ~quorum_state();

  void open(quorum_actor_config x);

  void on_quorum_letter(const quorum_letter& x);
  void on_start_quorum(const start_quorum& x);
  caf::result<records_committed> on_propose_records(const propose_records& x);
  caf::result<voter_removed> on_remove_voter(const remove_voter& x);
  cluster::quorum_description on_describe_quorum();
  leadership_resigned on_resign_leadership();
  void on_peer_lost(const peer_lost& x);
  void on_flush_quorum();
  void on_quorum_tick(const quorum_tick& x);

  quorum_actor::pointer self;

private:
  struct proposal {
    storage::offset_t end_offset = 0;
    caf::typed_response_promise<records_committed> answer;
  };

  /// Does what the core wants done; to be called after each call of it.
  void settle();
  void send(const cluster::quorum_effects::outgoing& x);
  void answer_committed();
  void fail_from(storage::offset_t offset, const problem& why);
  void tell_controller();
  bool knows_what_it_knew();
  /// Logs failures of the disk, each once.
  void report_storage();
  /// While leading: makes registered nodes that have caught up voters, and
  /// keeps the voters' addresses true.
  void consider_voters();
  void arm();

  quorum_actor_config config_;
  std::unique_ptr<cluster::metadata_log> log_;
  std::optional<cluster::quorum> core_;
  /// Null until it asked to be told.
  controller_actor controller_;
  /// In the order of their offsets.
  std::deque<proposal> proposals_;
  /// Of the log at the start; 0 once that much is agreed on, or cut.
  storage::offset_t known_end_ = 0;
  quorum_changed told_;
  cluster::image_ptr told_image_;
  int64_t voters_due_ms_ = 0;
  /// What the tick under way is for; 0 is a deadline too, one that has passed.
  std::optional<int64_t> armed_ms_;
  uint64_t armed_number_ = 0;
  /// A flush_quorum is under way.
  bool flush_due_ = false;
  bool failure_told_ = false;
  bool snapshot_failure_told_ = false;
};

quorum_actor::behavior_type
quorum(quorum_actor::stateful_pointer<quorum_state> self,
       quorum_actor_config config);

} // namespace troupe::actors
