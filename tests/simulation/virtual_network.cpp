// SPDX-License-Identifier: Apache-2.0
#include "virtual_network.h"

namespace troupe::simulation {

void virtual_network::at(int64_t delay_ms, std::function<void()> what) {
  events_.emplace(now_ms_ + delay_ms, std::move(what));
}

void virtual_network::at(node_id owner, int64_t delay_ms,
                         std::function<void()> what) {
  at(delay_ms, [this, owner, life = lives_[owner], what = std::move(what)] {
    if (lives_[owner] != life)
      return;
    auto wait_ms = stalled_until_ms_[owner] - now_ms_;
    if (wait_ms > 0)
      at(owner, wait_ms, what);
    else
      what();
  });
}

bool virtual_network::connected(node_id from, node_id to) const {
  return from == to
         || (!cuts_.contains({from, to}) && !isolated_.contains(from)
             && !isolated_.contains(to));
}

void virtual_network::send(node_id from, node_id to,
                           std::function<void()> what) {
  if (from == to) {
    at(to, 0, std::move(what));
    return;
  }
  do {
    if (!connected(from, to) || chance(now_blows.lost_permille))
      continue;
    at(to, 1 + below_ms(now_blows.delay_ms_max + 1), [this, from, to, what] {
      if (connected(from, to))
        what();
    });
  } while (chance(now_blows.doubled_permille));
}

void virtual_network::mend() {
  cuts_.clear();
  isolated_.clear();
}

bool virtual_network::step(int64_t end_ms) {
  if (events_.empty() || events_.begin()->first > end_ms) {
    now_ms_ = end_ms;
    return false;
  }
  auto next = events_.extract(events_.begin());
  now_ms_ = next.key();
  next.mapped()();
  return true;
}

} // namespace troupe::simulation
