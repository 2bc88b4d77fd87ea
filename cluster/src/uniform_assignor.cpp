// SPDX-License-Identifier: Apache-2.0
// Topics with the same subscribers form a pool: within it any member may have
// any partition. A group whose members all subscribe to the same topics has one
// pool, which is the usual case and the cheap one.
//
//   keep     every partition stays where it was, if its member still wants it
//   fill     what nobody has goes to the least loaded member of its pool, pools
//            with few subscribers first: they have the least choice
//   balance  while a member of a pool has two partitions more than another, one
//            of the pool's partitions moves
//
// Balance comes before stickiness, as in Kafka. With one pool no two members
// differ by more than one partition; with several, no single move helps.
#include <consumer_group_assignor.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace troupe::cluster {

namespace {

/// Members in the order of their ids.
using member_rank = size_t;
/// Members of a pool, the least loaded first.
using load_order = std::set<std::pair<size_t, member_rank>>;

/// Pools that overlap may pass load on to each other. Each pass makes the loads
/// more equal; this many are enough for any group seen so far, and the result
/// is a valid assignment after each.
constexpr int balance_passes_max = 64;

struct topic_slot {
  storage::uuid topic;
  int32_t partition = 0;
};

struct pool {
  std::vector<member_rank> members;
  std::vector<topic_slot> unassigned;
  std::map<member_rank, std::vector<topic_slot>> owned;
};

struct pooled_topic {
  pool* home = nullptr;
  std::vector<bool> taken;
};

bool same_topics(std::span<const storage::uuid> x,
                 std::span<const storage::uuid> y) {
  return (x.data() == y.data() && x.size() == y.size())
         || std::equal(x.begin(), x.end(), y.begin(), y.end());
}

class uniform_assignment {
public:
  uniform_assignment(std::span<const assignor_member> members,
                     const group_topics& topics);

  std::vector<partition_assignment> run();

private:
  void make_pools();
  void keep();
  void fill(pool& x);
  /// True when something moved.
  bool balance(pool& x);
  load_order loads_of(const pool& x) const;
  std::vector<pool*> fewest_members_first();

  std::span<const assignor_member> members_;
  const group_topics& topics_;
  /// Where the member of a rank stands in `members_`.
  std::vector<size_t> order_;
  std::vector<size_t> loads_;
  /// By the distinct subscriptions that name the pool's topics.
  std::map<std::vector<size_t>, pool> pools_;
  std::map<storage::uuid, pooled_topic> pooled_;
};

uniform_assignment::uniform_assignment(std::span<const assignor_member> members,
                                       const group_topics& topics)
    : members_(members), topics_(topics), order_(members.size()),
      loads_(members.size()) {
  std::iota(order_.begin(), order_.end(), size_t{0});
  std::sort(order_.begin(), order_.end(), [&](size_t x, size_t y) {
    return members_[x].id < members_[y].id;
  });
}

void uniform_assignment::make_pools() {
  // Members with the same subscription are handled as one, or a group of 1,000
  // members would cost 1,000 look-ups per topic.
  std::vector<std::vector<member_rank>> subscribers;
  std::map<storage::uuid, std::vector<size_t>> subscriptions;
  auto less = [](auto x, auto y) {
    return !same_topics(x, y)
           && std::lexicographical_compare(x.begin(), x.end(), y.begin(),
                                           y.end());
  };
  std::map<std::span<const storage::uuid>, size_t, decltype(less)> known(less);
  for (member_rank rank = 0; rank < order_.size(); ++rank) {
    auto topics = members_[order_[rank]].topics;
    auto [i, fresh] = known.emplace(topics, subscribers.size());
    if (fresh) {
      subscribers.emplace_back();
      for (const auto& topic : topics)
        subscriptions[topic].push_back(i->second);
    }
    subscribers[i->second].push_back(rank);
  }
  for (const auto& [id, names] : subscriptions) {
    const auto* topic = topics_.find(id);
    if (topic == nullptr)
      continue;
    auto [i, fresh] = pools_.try_emplace(names);
    auto& home = i->second;
    if (fresh) {
      for (auto name : names)
        home.members.insert(home.members.end(), subscribers[name].begin(),
                            subscribers[name].end());
      std::sort(home.members.begin(), home.members.end());
    }
    pooled_[id] = {
        &home, std::vector<bool>(static_cast<size_t>(topic->partition_count))};
  }
}

void uniform_assignment::keep() {
  for (member_rank rank = 0; rank < order_.size(); ++rank) {
    const auto& member = members_[order_[rank]];
    if (member.target == nullptr)
      continue;
    for (const auto& [topic, partitions] : *member.target) {
      auto i = pooled_.find(topic);
      if (i == pooled_.end()
          || !std::binary_search(member.topics.begin(), member.topics.end(),
                                 topic))
        continue;
      auto& [home, taken] = i->second;
      for (auto partition : partitions) {
        auto index = static_cast<size_t>(partition);
        if (partition < 0 || index >= taken.size() || taken[index])
          continue;
        taken[index] = true;
        home->owned[rank].push_back({topic, partition});
        ++loads_[rank];
      }
    }
  }
  for (auto& [topic, entry] : pooled_)
    for (size_t i = 0; i < entry.taken.size(); ++i)
      if (!entry.taken[i])
        entry.home->unassigned.push_back({topic, static_cast<int32_t>(i)});
}

load_order uniform_assignment::loads_of(const pool& x) const {
  load_order loads;
  for (auto rank : x.members)
    loads.emplace(loads_[rank], rank);
  return loads;
}

void uniform_assignment::fill(pool& x) {
  if (x.unassigned.empty())
    return;
  auto loads = loads_of(x);
  for (const auto& slot : x.unassigned) {
    auto least = loads.extract(loads.begin());
    auto rank = least.value().second;
    x.owned[rank].push_back(slot);
    least.value().first = ++loads_[rank];
    loads.insert(std::move(least));
  }
  x.unassigned.clear();
}

bool uniform_assignment::balance(pool& x) {
  auto loads = loads_of(x);
  load_order owners;
  for (const auto& [rank, slots] : x.owned)
    owners.emplace(loads_[rank], rank);
  bool moved = false;
  while (!owners.empty()) {
    auto giver = owners.rbegin()->second;
    auto taker = loads.begin()->second;
    if (loads_[giver] < loads_[taker] + 2)
      break;
    for (auto rank : {giver, taker}) {
      loads.erase({loads_[rank], rank});
      owners.erase({loads_[rank], rank});
    }
    x.owned[taker].push_back(x.owned[giver].back());
    x.owned[giver].pop_back();
    --loads_[giver];
    ++loads_[taker];
    moved = true;
    for (auto rank : {giver, taker}) {
      loads.emplace(loads_[rank], rank);
      if (!x.owned[rank].empty())
        owners.emplace(loads_[rank], rank);
      else
        x.owned.erase(rank);
    }
  }
  return moved;
}

std::vector<pool*> uniform_assignment::fewest_members_first() {
  std::vector<pool*> pools;
  for (auto& [name, x] : pools_)
    pools.push_back(&x);
  std::stable_sort(pools.begin(), pools.end(), [](pool* x, pool* y) {
    return x->members.size() < y->members.size();
  });
  return pools;
}

std::vector<partition_assignment> uniform_assignment::run() {
  make_pools();
  keep();
  auto pools = fewest_members_first();
  for (auto* x : pools)
    fill(*x);
  bool moved = true;
  for (int pass = 0; moved && pass < balance_passes_max; ++pass) {
    moved = false;
    for (auto* x : pools)
      moved = balance(*x) || moved;
  }
  std::vector<partition_assignment> assignments(members_.size());
  for (const auto* x : pools)
    for (const auto& [rank, slots] : x->owned)
      for (const auto& slot : slots)
        assignments[order_[rank]][slot.topic].push_back(slot.partition);
  for (auto& assignment : assignments)
    normalise(assignment);
  return assignments;
}

} // namespace

std::vector<partition_assignment>
assign_uniformly(std::span<const assignor_member> members,
                 const group_topics& topics) {
  return uniform_assignment{members, topics}.run();
}

} // namespace troupe::cluster
