// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_options.h>
#include <troupe/actors/messages/consume.h>
#include <troupe/actors/messages/partition.h>
#include <troupe/actors/problem.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// What a consumer decides: which partition is read next, as demand allows, and
/// what the outcome means. Each partition is in one phase:
///
///   subscribe ──> placing ──> ready ──(demand)──> reading ──> ready
///                    ▲          ▲                    │
///                    │          ├──── watching <─────┤ nothing there yet
///                    │          └──── pausing <──────┤ may pass
///                    └───────────────────────────────┘ offset gone, reset
///
/// Knows no actor; times are milliseconds of a clock that never goes back.
class consumer_core {
public:
  explicit consumer_core(const consumer_options& options) : options_(options) {}

  /// Begins a subscription, to be placed.
  problem subscribe(const storage::topic_partition& what,
                    const storage::uuid& topic_id, storage::offset_t from);
  /// False when there is none.
  bool unsubscribe(const storage::topic_partition& what);
  /// The partition says where it begins and ends. Refused the subscription is
  /// over; one that is placed again goes on, later if need be.
  subscribed place(const storage::topic_partition& what,
                   const partition_description& x, int64_t now_ms);

  void demand(uint32_t blocks) noexcept { demand_ += blocks; }

  struct read_order {
    storage::topic_partition what;
    storage::uuid topic_id;
    storage::offset_t from = 0;
    ticket_t ticket = 0;
  };
  /// A read to start, for one of the demand; partitions take turns.
  std::optional<read_order> next(int64_t now_ms);
  /// What was to be read; nothing when nobody wants it any more.
  std::optional<read_order> find(ticket_t ticket) const;

  /// The read's records go to the subscriber; `end` is where they end.
  void found(ticket_t ticket, storage::offset_t end);
  /// There are none yet: `changed` comes with the same ticket when there are.
  void nothing_there(ticket_t ticket);
  void changed(ticket_t ticket);
  /// There may be somebody to read from later.
  void pause(ticket_t ticket, int64_t now_ms);

  /// What follows from a read that failed.
  enum class failed_read : uint8_t {
    /// It is tried again.
    again,
    /// Describe the partition, then `place` it.
    place,
    /// Nothing helps: `give_up`.
    over,
  };
  failed_read failed(ticket_t ticket, const problem& why, int64_t now_ms);
  /// The subscription is over.
  subscription_ended give_up(ticket_t ticket, problem why);
  std::vector<subscription_ended> end(const problem& why);

  /// Time is passing for somebody: `tick` now and then.
  bool waits_for_time() const noexcept { return timed_ > 0; }
  /// Ends pauses, and waits for answers that never came.
  void tick(int64_t now_ms);

private:
  enum class phase : uint8_t { placing, ready, reading, watching, pausing };

  struct subscription {
    storage::uuid topic_id;
    /// from_earliest and from_latest only while it is placed.
    storage::offset_t position = 0;
    phase now = phase::placing;
    /// It had a position before.
    bool placed = false;
    /// Of the read or the watch.
    ticket_t ticket = 0;
    /// Of the read or the pause.
    int64_t until_ms = 0;
  };
  using subscriptions = std::map<storage::topic_partition, subscription>;

  subscriptions::iterator by_ticket(ticket_t ticket);
  void enter(subscriptions::iterator i, phase next);
  static bool is_timed(phase x) noexcept {
    return x == phase::reading || x == phase::pausing;
  }

  consumer_options options_;
  subscriptions all_;
  /// In the order of their turns; may name some that are not ready any more.
  std::deque<storage::topic_partition> turns_;
  std::unordered_map<ticket_t, storage::topic_partition> tickets_;
  ticket_t next_ticket_ = 1;
  uint64_t demand_ = 0;
  /// Subscriptions whose `until_ms` counts.
  size_t timed_ = 0;
};

} // namespace troupe::actors
