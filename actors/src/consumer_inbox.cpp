// SPDX-License-Identifier: Apache-2.0
#include "consumer_inbox.h"

#include "spawn_client.h"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

problem node_gone() {
  return {errc::stopping, "the node has stopped"};
}

const storage::topic_partition& partition_of(const records_block& x) {
  return x.from;
}

const storage::topic_partition& partition_of(const subscription_ended& x) {
  return x.what;
}

} // namespace

consumer_inbox_actor::behavior_type
inbox(lane_pointer<consumer_inbox_actor, consumer_inbox_state>,
      std::weak_ptr<consumer_inbox> to) {
  auto with = [to](auto&& act) {
    if (auto alive = to.lock())
      act(*alive);
  };
  return {
      [with](records_block& x) {
        with([&](auto& in) { in.put(std::move(x)); });
      },
      [with](subscription_ended& x) {
        with([&](auto& in) { in.put(std::move(x)); });
      },
      [with](const partitions_assigned& x) {
        with([&](auto& in) { in.assigned(x.what); });
      },
      [with](const partitions_revoked& x) {
        with([&](auto& in) { in.revoked(x); });
      },
      [with](const partitions_lost& x) {
        with([&](auto& in) { in.lost(x.what); });
      },
      [with](const group_left& x) { with([&](auto& in) { in.left(x.why); }); },
      [with](const unsubscribed& x) {
        with([&](auto& in) { in.fenced(x.what); });
      },
  };
}

void consumer_inbox::open(consumer_body_actor body,
                          group_member_body_actor member) {
  std::lock_guard lock(guard_);
  body_ = std::move(body);
  member_ = std::move(member);
}

void consumer_inbox::put(records_block x) {
  std::lock_guard lock(guard_);
  if (unsubscribing_.contains(x.from))
    return request(1);
  items_.emplace_back(std::move(x));
  // Who waits for a subscription waits here, too.
  changed_.notify_all();
}

void consumer_inbox::put(subscription_ended x) {
  std::lock_guard lock(guard_);
  if (unsubscribing_.contains(x.what))
    return;
  items_.emplace_back(std::move(x));
  changed_.notify_all();
}

void consumer_inbox::fenced(const storage::topic_partition& what) {
  std::lock_guard lock(guard_);
  auto i = unsubscribing_.find(what);
  if (i != unsubscribing_.end() && --i->second == 0)
    unsubscribing_.erase(i);
}

void consumer_inbox::assigned(const partition_list& what) {
  std::lock_guard lock(guard_);
  // Taken away in vain: nobody came in time. What comes now is another reign's.
  auto late = [this](const auto& x) {
    return std::ranges::count(revoked_->what, x) > 0;
  };
  if (revoked_ && std::ranges::any_of(what, late))
    release();
  assigned_.insert(what.begin(), what.end());
}

void consumer_inbox::revoked(partitions_revoked x) {
  std::lock_guard lock(guard_);
  // Nobody came in time for the round before.
  if (revoked_)
    release();
  revoked_ = std::move(x);
  changed_.notify_all();
}

void consumer_inbox::lost(const partition_list& what) {
  std::lock_guard lock(guard_);
  revoked_.reset();
  for (const auto& x : what) {
    assigned_.erase(x);
    returned_.erase(x);
  }
  drop([&what](const storage::topic_partition& x) {
    return std::ranges::count(what, x) > 0;
  });
}

void consumer_inbox::left(const problem& why) {
  std::lock_guard lock(guard_);
  why_ = why;
  ended_ = true;
  changed_.notify_all();
}

void consumer_inbox::ended() {
  std::lock_guard lock(guard_);
  ended_ = true;
  changed_.notify_all();
}

void consumer_inbox::request(uint32_t blocks) {
  if (blocks > 0)
    caf::anon_send(body_, request_blocks{blocks});
}

void consumer_inbox::drop(
    const std::function<bool(const storage::topic_partition&)>& of) {
  uint32_t blocks = 0;
  std::erase_if(items_, [&](const item& x) {
    bool gone =
        std::visit([&](const auto& y) { return of(partition_of(y)); }, x);
    blocks += gone && std::holds_alternative<records_block>(x) ? 1 : 0;
    return gone;
  });
  request(blocks);
}

void consumer_inbox::confirm_returned() {
  for (const auto& [what, end] : std::exchange(returned_, {}))
    caf::anon_send(member_, records_processed{what, end});
}

void consumer_inbox::release() {
  auto gone = std::exchange(revoked_, std::nullopt);
  for (const auto& x : gone->what) {
    assigned_.erase(x);
    returned_.erase(x);
  }
  drop([&gone](const storage::topic_partition& x) {
    return std::ranges::count(gone->what, x) > 0;
  });
  caf::anon_send(member_, release_partitions{gone->round});
}

result<std::optional<records_block>, problem>
consumer_inbox::poll(std::chrono::milliseconds timeout) {
  std::unique_lock lock(guard_);
  // Who comes for more is done with what it had.
  confirm_returned();
  auto until = std::chrono::steady_clock::now() + bounded(timeout);
  auto something = [this] { return ended_ || !items_.empty() || revoked_; };
  while (changed_.wait_until(lock, until, something) && revoked_)
    release();
  if (items_.empty()) {
    if (ended_)
      return tl::unexpected<problem>(why_.ok() ? node_gone() : why_);
    return std::nullopt;
  }
  auto next = std::move(items_.front());
  items_.pop_front();
  if (auto* block = std::get_if<records_block>(&next)) {
    request(1);
    if (member_ != nullptr)
      returned_[block->from] = block->end_offset;
    return std::optional(std::move(*block));
  }
  auto& end = std::get<subscription_ended>(next);
  end.why.message = to_string(end.what) + ": " + end.why.message;
  return tl::unexpected<problem>(std::move(end.why));
}

void consumer_inbox::unsubscribe(const storage::topic_partition& what) {
  std::lock_guard lock(guard_);
  if (ended_)
    return;
  ++unsubscribing_[what];
  drop([&what](const storage::topic_partition& x) { return x == what; });
}

void consumer_inbox::confirm() {
  std::lock_guard lock(guard_);
  confirm_returned();
}

consumer_inbox::partition_list consumer_inbox::assignment() const {
  std::lock_guard lock(guard_);
  return {assigned_.begin(), assigned_.end()};
}

void consumer_inbox::close() {
  std::lock_guard lock(guard_);
  if (why_.ok())
    why_ = storage::error{storage::errc::closed, "the consumer is closed"};
  ended_ = true;
  items_.clear();
  assigned_.clear();
  changed_.notify_all();
}

bool consumer_inbox::wait(std::optional<std::chrono::milliseconds> timeout,
                          const std::function<bool()>& ready) {
  std::unique_lock lock(guard_);
  auto done = [&] { return ended_ || ready(); };
  if (timeout)
    changed_.wait_for(lock, bounded(*timeout), done);
  else
    changed_.wait(lock, done);
  return ready();
}

void consumer_inbox::change(const std::function<void()>& change) {
  std::lock_guard lock(guard_);
  change();
  changed_.notify_all();
}

problem consumer_inbox::end_reason() const {
  std::lock_guard lock(guard_);
  if (!ended_)
    return {};
  return why_.ok() ? node_gone() : why_;
}

} // namespace troupe::actors
