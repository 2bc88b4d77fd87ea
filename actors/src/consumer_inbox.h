// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consumer_actor.h"
#include "group_member_actor.h"

#include <troupe/actors/group_consumer_interfaces.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/records_block.h>
#include <troupe/storage/result.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace troupe::actors {

/// Behind the last block of a partition that the program unsubscribed from (the
/// consumer's lane to the inbox).
struct unsubscribed {
  storage::topic_partition what;
};

/// The subscriber of a consumer for threads.
using consumer_inbox_actor =
    group_subscriber_actor::extend<reacts_to<unsubscribed>>;

/// What callers' threads share with the lane on which blocks come. Any thread.
class consumer_inbox {
public:
  using partition_list = std::vector<storage::topic_partition>;

  /// Before anything comes; without a member, of no group.
  void open(consumer_body_actor body, group_member_body_actor member);

  // From the lane.
  void put(records_block x);
  void put(subscription_ended x);
  void fenced(const storage::topic_partition& what);
  void assigned(const partition_list& what);
  void revoked(partitions_revoked x);
  void lost(const partition_list& what);
  void left(const problem& why);
  void ended();

  // From callers.
  result<std::optional<records_block>, problem>
  poll(std::chrono::milliseconds timeout);
  void unsubscribe(const storage::topic_partition& what);
  /// What poll has returned is done with.
  void confirm();
  /// Those that the group gave, in order.
  partition_list assignment() const;
  /// Nothing comes any more, because the program said so.
  void close();

  /// Until `ready` is true, which is looked at when something has changed;
  /// false: not in time, or there is nothing to wait for any more.
  bool wait(std::optional<std::chrono::milliseconds> timeout,
            const std::function<bool()>& ready);
  /// Runs `change`, and has those that wait look again.
  void change(const std::function<void()>& change);
  /// Why nothing comes any more.
  problem end_reason() const;

private:
  using item = std::variant<records_block, subscription_ended>;

  /// Below, the guard is held.
  void confirm_returned();
  void release();
  void drop(const std::function<bool(const storage::topic_partition&)>& of);
  void request(uint32_t blocks);

  mutable std::mutex guard_;
  std::condition_variable changed_;
  consumer_body_actor body_;
  group_member_body_actor member_;
  /// As many blocks as were asked for, at most.
  std::deque<item> items_;
  /// Blocks of these come from before; how often each was unsubscribed.
  std::map<storage::topic_partition, size_t> unsubscribing_;
  std::set<storage::topic_partition> assigned_;
  std::optional<partitions_revoked> revoked_;
  /// Ends of what poll has returned since it was confirmed.
  std::map<storage::topic_partition, storage::offset_t> returned_;
  bool ended_ = false;
  problem why_;
};

/// Puts what comes where `poll` finds it.
struct consumer_inbox_state {
  static inline const char* name = "consumer_inbox";
};
consumer_inbox_actor::behavior_type
inbox(lane_pointer<consumer_inbox_actor, consumer_inbox_state> self,
      std::weak_ptr<consumer_inbox> to);

} // namespace troupe::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(troupe::actors::unsubscribed)
