// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dialer_actor.h"
#include "peer_settings.h"
#include "pulls_sent.h"
#include "pulls_served.h"

#include <troupe/actors/peer_interfaces.h>
#include <troupe/cluster/dial_backoff.h>
#include <troupe/cluster/peer_liveness.h>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe::actors {

/// A partition, as a link sees it.
using pull_source_actor = caf::typed_actor<reacts_to<pull_records>>;

struct peer_link_config {
  peer_settings settings;
  /// This node, and what it gives the other end to talk to.
  cluster::peer_identity self;
  peer_handles handles;
  /// The other node. Whose id is lower dials, and not before dial_there; the
  /// other one only when it was not dialled for some time.
  peer_address peer;
  membership_actor owner;
  /// Who answers a pull; null when the partition is not open here. Any thread.
  std::function<pull_source_actor(const pull_batches&)> find_source;
  /// Makes an actor that dials once.
  std::function<dialer_actor()> spawn_dialer;
  std::shared_ptr<link_counters> counters;
  uint64_t seed = 0;
  /// A steady clock.
  std::function<std::chrono::microseconds()> now;
};

/// ```
///           dial_due             dialled             welcome
///   down ────────────> dialing ──────────> greeting ────────> up
///     ^                   │ failed             │ refused       │ silence,
///     └───────────────────┴────────────────────┴───────────────┘ down, hello
/// ```
/// The side that is dialled goes to `up` with an accept_peer, from any phase.
enum class link_phase : uint8_t { down, dialing, greeting, up };

struct peer_link_state {
  static inline const char* name = "peer_link";

  explicit peer_link_state(peer_link_actor::pointer self) : self(self) {}
  /// Followers that wait are told.
  ~peer_link_state();

  void open(peer_link_config x);

  // From the other end.
  caf::result<peer_pong> on_peer_ping(const peer_ping& x);
  void on_send_pull(const send_pull& x);
  void on_pull_answered(pull_answered& x);
  void on_pull_continued(pull_continued& x);
  void on_grant_credit(const grant_credit& x);
  // From this node.
  void on_request_batches(request_batches& x);
  void on_forget_pull(const forget_pull& x);
  void on_records_pulled(records_pulled& x);
  void on_accept_peer(const accept_peer& x);
  void on_dial_there(const dial_there& x);
  void on_link_tick(const link_tick& x);
  void on_dial_due();
  void on_down(const caf::down_msg& x);

  peer_link_actor::pointer self;

private:
  using time = cluster::peer_liveness::time;

  bool first_to_dial() const noexcept {
    return config_.self.node < config_.peer.node;
  }
  /// A deadline for the next handshake.
  std::chrono::milliseconds stretched(std::chrono::milliseconds first) const;
  bool from_peer() const;
  void greet(const peer_gate_actor& gate);
  void on_peer_welcome(const peer_welcome& x);
  void dial_failed(const std::string& why);
  void come_up(const cluster::peer_identity& peer,
               cluster::peer_version_t version, const remote_link_actor& link,
               const peer_handles& handles, uint64_t credit_bytes);
  /// From `up` to `down`: answers whoever waits, and dials again.
  void lose(const std::string& why);
  void dial_later();
  void dial_after(std::chrono::milliseconds pause);
  void send_heartbeat();
  /// Sends answers as far as credit goes, for one turn; the rest with a tick
  /// that comes behind what is in the mailbox.
  void send_answers();
  void deliver(pull_delivery x);
  void deliver_all(std::vector<pull_delivery> xs);
  void grant(std::optional<uint64_t> bytes);
  problem unreachable() const;

  peer_link_config config_;
  link_phase phase_ = link_phase::down;
  /// A dial_due is on its way.
  bool dial_is_due_ = false;
  remote_link_actor remote_;
  cluster::dial_backoff backoff_{{}, 0};
  cluster::peer_liveness liveness_;
  pulls_sent sent_{{}};
  pulls_served served_{{}};
  /// Why the other node will not work with us, as logged last.
  std::string refusal_;
  /// Answers waited for credit when last looked.
  bool stalled_ = false;
  /// When overdue pulls are looked for next.
  time expire_at_{0};
  /// Of ticks: those of an older series are not heeded.
  uint64_t series_ = 0;
};

peer_link_actor::behavior_type
peer_link(peer_link_actor::stateful_pointer<peer_link_state> self,
          peer_link_config config);

} // namespace troupe::actors
