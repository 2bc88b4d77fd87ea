// SPDX-License-Identifier: Apache-2.0
#include <quorum_replicas.h>
#include <troupe/storage/assert.h>
#include <vote_tally.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace troupe::cluster {

namespace {

/// The largest value that a majority reaches.
template <class T>
T reached_by_majority(std::vector<T> values, size_t majority) {
  ASSERT(majority <= values.size());
  std::sort(values.begin(), values.end(), std::greater<>{});
  return values[majority - 1];
}

} // namespace

const replica_progress* quorum_replicas::find(node_id id) const {
  auto i = all_.find(id);
  return i == all_.end() ? nullptr : &i->second;
}

replica_progress& quorum_replicas::heard(node_id id, int64_t now_ms) {
  auto& x = all_[id];
  x.last_fetch_ms = now_ms;
  return x;
}

replica_progress& quorum_replicas::matched(node_id id, offset_t fetch_offset,
                                           offset_t end_offset,
                                           int64_t now_ms) {
  auto& x = all_[id];
  // A replica that always has what there was when it asked before keeps up,
  // though it never has what arrived since.
  if (fetch_offset >= end_offset)
    x.caught_up_ms = now_ms;
  else if (x.last_fetch_ms && fetch_offset >= x.end_offset_then)
    x.caught_up_ms =
        std::max(x.caught_up_ms.value_or(*x.last_fetch_ms), *x.last_fetch_ms);
  x.last_fetch_ms = now_ms;
  x.end_offset_then = end_offset;
  // What matched once in an epoch stays; an earlier question may come late.
  x.end_offset = std::max(x.end_offset, fetch_offset);
  return x;
}

std::optional<parked_fetch> quorum_replicas::unpark(node_id id) {
  auto i = all_.find(id);
  if (i == all_.end())
    return std::nullopt;
  return std::exchange(i->second.parked, std::nullopt);
}

void quorum_replicas::forget_observers(const std::vector<quorum_voter>& voters,
                                       int64_t silent_since_ms) {
  std::erase_if(all_, [&](const auto& x) {
    return x.second.last_fetch_ms < silent_since_ms
           && !contains(voters, x.first);
  });
}

offset_t
quorum_replicas::majority_end_offset(const std::vector<quorum_voter>& voters,
                                     offset_t own_end_offset) const {
  std::vector<offset_t> ends;
  for (const auto& voter : voters) {
    const auto* known = find(voter.id);
    if (voter.id == self_)
      ends.push_back(own_end_offset);
    else
      ends.push_back(known ? known->end_offset : storage::no_offset);
  }
  return reached_by_majority(std::move(ends), majority_of(voters));
}

int64_t
quorum_replicas::majority_heard_ms(const std::vector<quorum_voter>& voters,
                                   int64_t now_ms) const {
  std::vector<int64_t> times;
  for (const auto& voter : voters) {
    const auto* known = find(voter.id);
    if (voter.id == self_)
      times.push_back(now_ms);
    else if (known && known->last_fetch_ms)
      times.push_back(std::max(*known->last_fetch_ms, elected_ms_));
    else
      times.push_back(elected_ms_);
  }
  return reached_by_majority(std::move(times), majority_of(voters));
}

int64_t quorum_replicas::next_parked_deadline_ms() const {
  auto next = std::numeric_limits<int64_t>::max();
  for (const auto& [id, x] : all_)
    if (x.parked)
      next = std::min(next, x.parked->deadline_ms);
  return next;
}

} // namespace troupe::cluster
