// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/cluster_config.h>
#include <troupe/cluster/controller_requests.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// What a controller knows of who is alive, in memory only: a session per node,
/// which heartbeats prolong. Times are readings of the steady clock. Whoever
/// becomes controller calls `begin`, then `take_expired` when
/// `next_deadline_ms` says so, and fences whom that names.
class failure_detector {
public:
  /// Knows nobody until `begin`.
  explicit failure_detector(const cluster_config& config);

  /// This node became controller: nobody can have reached it before, so all
  /// nodes that may lead get a whole session to do so.
  void begin(const metadata_image& image, int64_t now_ms);

  /// The metadata ends at `end_offset`. While a node stands still below that
  /// for longer than `standstill_ms`, or a session, its heartbeats prolong
  /// nothing: it would not notice that it is to lead. A node that is slow, but
  /// moves, stays.
  void heard(const node_heartbeat& x, offset_t end_offset, int64_t now_ms);
  /// The connection to the node broke: it has two heartbeat intervals to come
  /// back. A process that died is so missed sooner than one that hangs.
  void suspect(node_id node, int64_t now_ms);
  /// The node was fenced or removed: it has no session until it is heard.
  void forget(node_id node);

  /// To be called at least every heartbeat interval, also while decisions wait
  /// for a slow log. When far more time passed since the last call than should
  /// have, it was this process that stood still, and everybody gets a new
  /// session.
  void look(int64_t now_ms);
  /// The nodes whose session is over; they are forgotten. Looks, too.
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
  /// The node is to leave: a decision on the metadata that ends at `end`, which
  /// is not agreed on before the metadata goes beyond.
  void begins_to_leave(node_id node, offset_t end);
  /// From which metadata on the node does not lead any more; kept from the
  /// first call on, until it registers, or begins to leave, anew. Nothing while
  /// it is not agreed on that it leaves.
  std::optional<offset_t> gave_up_leading(node_id node, offset_t end);

  /// Shorter pauses of a disk are no reason to move leaderships.
  static constexpr int64_t standstill_ms = 3000;

private:
  struct session {
    uuid incarnation;
    int64_t deadline_ms = 0;
    /// False while it only has the time that `begin` gave it.
    bool heard = false;
    offset_t metadata_end_offset = 0;
    /// When that grew last, or was all that there is.
    int64_t moved_ms = 0;
    std::optional<offset_t> began_to_leave;
    std::optional<offset_t> gave_up_leading;
  };

  /// Gives everybody a new session.
  void renew(int64_t now_ms);

  int64_t heartbeat_interval_ms_;
  int64_t session_timeout_ms_;
  int64_t standstill_ms_max_;
  std::map<node_id, session> sessions_;
  /// When `look` was called last.
  int64_t looked_ms_ = 0;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
