// SPDX-License-Identifier: Apache-2.0
// What the nodes of the chaos do with the cores.
#include "replication_chaos.h"

#include <algorithm>
#include <memory>

namespace troupe::cluster::test {

namespace {

constexpr int64_t lag_max_ms = 400;
constexpr int64_t answer_timeout_ms = 250;
constexpr size_t batches_max = 4;
constexpr node_id controller = 3;

} // namespace

epoch_end replication_chaos::end_of_epoch(const node& x, leader_epoch_t epoch) {
  // As the log's own: below all its epochs it ends where it begins.
  epoch_end found;
  if (!x.log.empty() && x.log.front().epoch > epoch)
    return {epoch, 0};
  for (size_t i = 0; i < x.log.size() && x.log[i].epoch <= epoch; ++i)
    found = {x.log[i].epoch, static_cast<offset_t>(i + 1)};
  return found;
}

void replication_chaos::see(node_id id, const partition_registration& x) {
  auto& me = of(id);
  if (x.partition_epoch <= me.seen.partition_epoch)
    return;
  bool same_epoch = me.seen.partition_epoch >= 0
                    && x.leader_epoch == me.seen.leader_epoch
                    && !std::holds_alternative<std::monostate>(me.role);
  me.seen = x;
  if (same_epoch) {
    if (me.leader() != nullptr && me.leader()->registration_changed(x, now_))
      high_watermark_moved(id);
    return;
  }
  auto mark = me.saved_high_watermark;
  if (me.leader() != nullptr)
    mark = me.leader()->high_watermark();
  if (me.follower() != nullptr)
    mark = me.follower()->high_watermark();
  if (x.leader == id) {
    check_leader(me);
    me.compared = 0;
    me.role.emplace<leader_replication>(
        id, kind_ == disk::loses_what_was_not_synced, x,
        leader_log{me.end(), static_cast<offset_t>(me.synced), mark}, now_);
    high_watermark_moved(id);
  } else {
    me.role.emplace<follower_replication>(x, mark, me.end());
    pull(id);
  }
}

void replication_chaos::crash(node_id id) {
  auto& me = of(id);
  if (!me.up)
    return;
  auto mark = me.leader() != nullptr     ? me.leader()->high_watermark()
              : me.follower() != nullptr ? me.follower()->high_watermark()
                                         : me.saved_high_watermark;
  me.up = false;
  ++me.life;
  me.down_since = now_;
  me.role.emplace<std::monostate>();
  me.seen.partition_epoch = -1;
  if (kind_ == disk::loses_what_was_not_synced) {
    me.log.resize(me.synced + below(me.log.size() - me.synced + 1));
    me.synced = me.log.size();
  }
  // The checkpoint is of some time ago.
  me.saved_high_watermark = std::min(
      static_cast<offset_t>(below(static_cast<uint64_t>(mark + 1))), me.end());
  at(static_cast<int64_t>(50 + below(1'500)), [this, id] { restart(id); });
}

void replication_chaos::restart(node_id id) {
  of(id).up = true;
  // The controller sees a new incarnation. In its old epoch it might write
  // other records at offsets that followers have already.
  if (registration_.leader == id)
    elect(id);
  tick(id);
  at(static_cast<int64_t>(1 + below(50)), [this, id, x = registration_] {
    if (of(id).up)
      see(id, x);
  });
}

void replication_chaos::tick(node_id id) {
  at(static_cast<int64_t>(3 + below(20)), [this, id, life = of(id).life] {
    if (!of(id).up || of(id).life != life)
      return;
    tick(id);
    append(id);
    if (chance(50))
      sync(id);
    propose(id);
    if (chance(2))
      check_logs();
  });
}

void replication_chaos::append(node_id id) {
  auto& me = of(id);
  if (me.leader() == nullptr)
    return;
  for (auto count = below(3); count > 0; --count)
    me.log.push_back({me.leader()->epoch(), next_value_++});
  if (me.leader()->appended(me.end(), now_))
    high_watermark_moved(id);
}

void replication_chaos::sync(node_id id) {
  auto& me = of(id);
  me.synced = me.log.size();
  if (me.leader() != nullptr && me.leader()->synced(me.end()))
    high_watermark_moved(id);
}

void replication_chaos::high_watermark_moved(node_id id) {
  auto& me = of(id);
  auto mark = static_cast<size_t>(me.leader()->high_watermark());
  for (auto i = me.compared; i < std::min(mark, acknowledged_.size()); ++i)
    if (me.log[i] != acknowledged_[i])
      return problem("two values are acknowledged at " + std::to_string(i));
  for (auto i = acknowledged_.size(); i < mark; ++i)
    acknowledged_.push_back(me.log[i]);
  me.compared = mark;
}

void replication_chaos::propose(node_id id) {
  auto& me = of(id);
  if (me.leader() == nullptr)
    return;
  auto asked = me.leader()->propose(now_, lag_max_ms);
  if (!asked)
    return;
  auto answered = std::make_shared<bool>(false);
  auto take = [this, id, answered, epoch = asked->leader_epoch,
               partition_epoch = asked->partition_epoch,
               life = me.life](isr_answer x) {
    auto* leader = of(id).leader();
    // Nobody takes it for the answer to the next proposal.
    if (!std::exchange(*answered, true) && of(id).life == life
        && leader != nullptr && leader->epoch() == epoch
        && leader->partition_epoch() == partition_epoch
        && leader->proposal_answered(x, now_))
      high_watermark_moved(id);
  };
  send(id, controller, [this, id, x = *asked, take] {
    auto judged = judge(x);
    send(controller, id, [take, judged] { take(judged); });
  });
  at(answer_timeout_ms, [take] { take(isr_answer::unknown); });
}

void replication_chaos::pull(node_id id) {
  auto& me = of(id);
  if (!me.up || me.follower() == nullptr || me.follower()->leader() == no_node)
    return;
  auto number = me.pull = next_pull_++;
  auto to = me.follower()->leader();
  auto epoch = me.follower()->epoch();
  auto from = me.end();
  // What is acknowledged by the pull must survive.
  if (kind_ == disk::loses_what_was_not_synced)
    me.synced = me.log.size();
  auto last = me.log.empty() ? storage::no_leader_epoch : me.log.back().epoch;
  send(id, to, [this, id, to, epoch, from, last] {
    auto answer = serve(to, id, epoch, from, last);
    send(to, id, [this, id, answer] { apply(id, answer); });
  });
  at(answer_timeout_ms, [this, id, number, life = me.life] {
    if (of(id).life == life && of(id).pull == number)
      pull(id);
  });
}

replication_chaos::answer
replication_chaos::serve(node_id id, node_id replica, leader_epoch_t epoch,
                         offset_t fetch_offset, leader_epoch_t last_epoch) {
  auto& me = of(id);
  answer x;
  x.fetch_offset = fetch_offset;
  auto* leader = me.leader();
  x.said.leader_epoch = me.seen.leader_epoch;
  if (leader == nullptr || leader->epoch() != epoch
      || !leader->is_follower(replica)) {
    x.said.verdict = pull_verdict::unavailable;
    return x;
  }
  x.said.log_start_offset = 0;
  x.said.high_watermark = leader->high_watermark();
  auto ours = end_of_epoch(me, last_epoch);
  if (ours.epoch != storage::no_leader_epoch
      && (ours.epoch != last_epoch || ours.end_offset < fetch_offset)) {
    x.said.diverging = ours;
    return x;
  }
  if (fetch_offset > me.end()) {
    x.said.diverging = epoch_end{-1, me.end()};
    return x;
  }
  if (leader->follower_pulled(replica, fetch_offset, now_))
    high_watermark_moved(id);
  x.said.high_watermark = leader->high_watermark();
  auto from = static_cast<size_t>(fetch_offset);
  auto to = std::min(me.log.size(), from + 1 + below(batches_max));
  for (auto i = from; i < to; ++i)
    x.batches.push_back(me.log[i]);
  return x;
}

void replication_chaos::apply(node_id id, const answer& x) {
  auto& me = of(id);
  auto* follower = me.follower();
  if (follower == nullptr || x.fetch_offset != me.end())
    return;
  follower_log log{0, me.end(), [&](leader_epoch_t epoch) {
                     return end_of_epoch(me, epoch);
                   }};
  auto step = follower->decide(x.said, log);
  using kind = follower_step::kind;
  switch (step.what) {
  case kind::ignore:
  case kind::back_off:
  case kind::await_image:
    return;
  case kind::append:
    me.log.insert(me.log.end(), x.batches.begin(), x.batches.end());
    follower->advance(x.said.high_watermark, me.end());
    break;
  case kind::truncate:
  case kind::restart:
    ++truncations;
    me.log.resize(static_cast<size_t>(step.offset));
    me.synced = std::min(me.synced, me.log.size());
    follower->truncated(me.end());
    break;
  }
  pull(id);
}

} // namespace troupe::cluster::test
