// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace troupe::cluster {

/// A fetch that waits for news.
struct parked_fetch {
  uint64_t id = 0;
  offset_t fetch_offset = 0;
  offset_t high_watermark = 0;
  int64_t deadline_ms = 0;
};

/// What a leader knows of one other node.
struct replica_progress {
  /// It has everything below on disk; no_offset: nothing known.
  offset_t end_offset = storage::no_offset;
  std::optional<int64_t> last_fetch_ms;
  /// When it last had all that there was.
  std::optional<int64_t> caught_up_ms;
  /// Where our log ended when it last asked.
  offset_t end_offset_then = storage::no_offset;
  std::optional<parked_fetch> parked;
};

/// What a leader knows of those who follow it, voters and observers. A new
/// leader knows nothing.
class quorum_replicas {
public:
  /// The leader is `self`; it was elected at `now_ms`.
  quorum_replicas(node_id self, int64_t now_ms)
      : self_(self), elected_ms_(now_ms) {}

  const replica_progress* find(node_id id) const;
  const std::map<node_id, replica_progress>& all() const noexcept {
    return all_;
  }
  size_t size() const noexcept { return all_.size(); }

  /// `id` asked; maybe for something that is not there.
  replica_progress& heard(node_id id, int64_t now_ms);
  /// `id` asked for what follows `fetch_offset` and has what we have below.
  replica_progress& matched(node_id id, offset_t fetch_offset,
                            offset_t end_offset, int64_t now_ms);
  /// The parked fetch of `id`, which is then no longer parked.
  std::optional<parked_fetch> unpark(node_id id);
  void forget_observers(const std::vector<quorum_voter>& voters,
                        int64_t silent_since_ms);

  /// What a majority of `voters` has on disk, when our own copy is on disk up
  /// to `own_end_offset`.
  offset_t majority_end_offset(const std::vector<quorum_voter>& voters,
                               offset_t own_end_offset) const;
  /// A majority of `voters` was heard of since then; `now_ms` when we are one.
  int64_t majority_heard_ms(const std::vector<quorum_voter>& voters,
                            int64_t now_ms) const;
  int64_t next_parked_deadline_ms() const;

private:
  node_id self_;
  int64_t elected_ms_;
  std::map<node_id, replica_progress> all_;
};

} // namespace troupe::cluster
