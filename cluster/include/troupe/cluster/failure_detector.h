// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/cluster_config.h>
#include <troupe/cluster/controller_requests.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace troupe::cluster {

/// What a controller knows of who is alive, in memory only: a session per node,
/// which heartbeats prolong. Times are readings of the steady clock. Whoever
/// becomes controller calls `begin`, then `take_expired` when
/// `next_deadline_ms` says so, and fences whom that names.
class failure_detector {
public:
  explicit failure_detector(const cluster_config& config);

  /// This node became controller: nobody can have reached it before, so all
  /// nodes that may lead get a whole session to do so.
  void begin(const metadata_image& image, int64_t now_ms);

  void heard(const node_heartbeat& x, int64_t now_ms);
  /// The connection to the node broke: it has two heartbeat intervals to come
  /// back. A process that died is so missed sooner than one that hangs.
  void suspect(node_id node, int64_t now_ms);
  void forget(node_id node);

  /// The nodes whose session is over; they are forgotten. When far more time
  /// passed since the last call than should have, it was this process that
  /// stood still, and everybody gets a new session.
  std::vector<node_id> take_expired(int64_t now_ms);
  /// Call `take_expired` then, at the latest.
  int64_t next_deadline_ms() const noexcept;

  /// Whether the node has a session, be it one that `begin` gave.
  bool present(node_id node) const { return sessions_.contains(node); }
  /// Whether this incarnation has spoken to this controller and still may.
  bool alive(node_id node, const uuid& incarnation) const;
  /// Whether some incarnation has.
  bool alive(node_id node) const;
  /// Whether all nodes in session but `except` serve the metadata below `end`.
  bool all_know(offset_t end, node_id except) const;
  /// From which metadata on the node does not lead any more; kept from the
  /// first call on, until it registers anew.
  offset_t gave_up_leading(node_id node, offset_t end);

private:
  struct session {
    uuid incarnation;
    int64_t deadline_ms = 0;
    /// False while it only has the time that `begin` gave it.
    bool heard = false;
    offset_t metadata_end_offset = 0;
    std::optional<offset_t> gave_up_leading;
  };

  int64_t heartbeat_interval_ms_;
  int64_t session_timeout_ms_;
  std::map<node_id, session> sessions_;
  /// When `take_expired` was called last.
  int64_t looked_ms_ = 0;
};

} // namespace troupe::cluster
