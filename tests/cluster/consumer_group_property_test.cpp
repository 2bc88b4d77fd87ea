// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/consumer_group_fixture.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// A consumer that follows KIP-848, at its own pace.
struct client {
  std::string id;
  std::string instance;
  std::string regex;
  std::vector<std::string> topics;
  int32_t epoch = joining_epoch;
  /// What it reads from.
  partition_assignment owned;
  /// What it was told to have.
  partition_assignment assigned;
  bool dead = false;
  /// A static one that left for a while.
  bool away = false;
  /// It must tell everything: it just joins, or an answer got lost.
  bool unsure = true;
};

class group_world {
public:
  explicit group_world(uint64_t seed) : random_(seed) { grow(); }

  void step() {
    switch (below(16)) {
    case 0:
    case 1:
      return join();
    case 2:
      return with_any([&](client& x) { leave(x); });
    case 3:
      return with_any([](client& x) { x.dead = true; });
    case 4:
      return grow();
    case 5:
      return with_any([&](client& x) { resubscribe(x); });
    case 6:
      return world_.restart();
    case 7:
    case 8:
      return pass(static_cast<int64_t>(below(15000)));
    default:
      return with_any([&](client& x) { beat(x, below(8) == 0); });
    }
  }

  void check() {
    std::map<storage::uuid, std::set<int32_t>> taken;
    for (const auto& x : clients_)
      for (const auto& [topic, partitions] : x.owned)
        for (auto partition : partitions)
          REQUIRE(taken[topic].insert(partition).second);
    auto description = world_.group->describe(world_.topics());
    REQUIRE(description.group_epoch >= epoch_);
    REQUIRE(description.assignment_epoch <= description.group_epoch);
    epoch_ = description.group_epoch;
    std::map<std::string, int32_t> epochs;
    for (const auto& x : description.members) {
      REQUIRE(x.member_epoch <= description.assignment_epoch);
      if (x.member_epoch > 0 && epochs_.contains(x.member_id))
        REQUIRE(x.member_epoch >= epochs_[x.member_id]);
      epochs[x.member_id] = x.member_epoch;
    }
    epochs_ = std::move(epochs);
  }

  /// Everybody who is alive behaves, and the dead are found out.
  void settle() {
    for (int round = 0; round < 40; ++round) {
      for (auto& x : clients_)
        if (!x.dead)
          beat(x, false);
      check();
      pass(5000);
    }
  }

  void check_settled() {
    partition_assignment wanted;
    size_t alive = 0;
    for (const auto& x : clients_) {
      if (x.dead)
        continue;
      ++alive;
      REQUIRE(x.owned == x.assigned);
      REQUIRE(x.epoch == epoch_);
      for (const auto& topic : world_.topics().all())
        if (subscribes(x, topic.name) && topic.partition_count > 0)
          wanted = merged(wanted, all_of(topic.name, topic.partition_count));
    }
    REQUIRE(world_.group->member_count() == alive);
    REQUIRE(world_.state() == (alive == 0 ? "Empty" : "Stable"));
    partition_assignment owned;
    for (const auto& x : clients_)
      owned = merged(owned, x.owned);
    REQUIRE(owned == wanted);
  }

private:
  size_t below(size_t bound) { return random_() % bound; }

  template <class F>
  void with_any(F f) {
    if (!clients_.empty())
      f(clients_[below(clients_.size())]);
  }

  static bool subscribes(const client& x, const std::string& topic) {
    return std::find(x.topics.begin(), x.topics.end(), topic) != x.topics.end()
           || (!x.regex.empty() && topic <= "t2");
  }

  void subscribe(client& x) {
    x.topics.clear();
    for (int i = 0; i < 5; ++i)
      if (below(2) == 0)
        x.topics.push_back("t" + std::to_string(i));
    x.regex = below(4) == 0 ? "t[0-2]" : "";
  }

  void resubscribe(client& x) {
    if (x.away || x.dead)
      return;
    subscribe(x);
    x.unsure = true;
    beat(x, below(8) == 0);
  }

  void grow() {
    counts_["t" + std::to_string(below(5))] += static_cast<int32_t>(below(4));
    world_.set_topics({counts_.begin(), counts_.end()});
  }

  void join() {
    if (clients_.size() >= 8)
      return;
    auto& x = clients_.emplace_back();
    x.id = "m" + std::to_string(++names_);
    if (below(2) == 0)
      x.instance = "i" + std::to_string(names_);
    subscribe(x);
    beat(x, below(8) == 0);
  }

  consumer_heartbeat_request request(client& x) {
    consumer_heartbeat_request request;
    request.group_id = "g";
    request.member_id = x.id;
    request.client_id = "client";
    request.client_host = "/127.0.0.1";
    request.member_epoch = x.epoch;
    if (!x.instance.empty())
      request.instance_id = x.instance;
    if (x.unsure) {
      request.rebalance_timeout_ms = 20000;
      request.subscribed_topic_names = x.topics;
      request.subscribed_topic_regex = x.regex;
    }
    // The owned ones may be left out when there is nothing new to tell.
    if (x.unsure || x.owned != x.assigned || below(2) == 0)
      request.topic_partitions = x.owned;
    return request;
  }

  void leave(client& x) {
    if (x.dead || x.away)
      return;
    auto for_a_while = !x.instance.empty() && below(3) != 0;
    x.epoch = for_a_while ? leaving_for_a_while_epoch : leaving_epoch;
    world_.send(request(x));
    drop(x);
    x.away = for_a_while;
    x.dead = !for_a_while;
  }

  void drop(client& x) {
    x.owned.clear();
    x.assigned.clear();
    x.epoch = joining_epoch;
    x.unsure = true;
  }

  void beat(client& x, bool answer_gets_lost) {
    if (x.dead)
      return;
    if (x.away) {
      x.away = false;
      x.id = "m" + std::to_string(++names_);
    }
    // It may take its time to give up what it is not to have any more.
    if (below(3) != 0)
      x.owned = common(x.owned, x.assigned);
    auto answer = world_.send(request(x));
    if (answer_gets_lost) {
      x.unsure = true;
      return;
    }
    if (answer.error != group_error::none)
      return drop(x);
    REQUIRE(answer.member_epoch >= x.epoch);
    x.epoch = answer.member_epoch;
    x.unsure = false;
    if (answer.assignment)
      x.assigned = *answer.assignment;
    // What it must give up goes first, then it takes what is new.
    if (subset(x.owned, x.assigned))
      x.owned = x.assigned;
  }

  void pass(int64_t duration_ms) {
    world_.pass(duration_ms);
    auto members = world_.group->describe(world_.topics()).members;
    // Who was removed stops reading: its own timers tell it so.
    for (auto& x : clients_)
      if (std::none_of(members.begin(), members.end(),
                       [&](const auto& y) { return y.member_id == x.id; }))
        drop(x);
    std::erase_if(clients_,
                  [](const client& x) { return x.dead && x.owned.empty(); });
  }

  std::mt19937_64 random_;
  consumer_group_fixture world_{{}};
  std::map<std::string, int32_t> counts_;
  std::vector<client> clients_;
  std::map<std::string, int32_t> epochs_;
  int32_t epoch_ = 0;
  int names_ = 0;
};

} // namespace

TEST_CASE("consumer group: random members share partitions and settle") {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    group_world world{seed};
    for (int step = 0; step < 120; ++step) {
      world.step();
      world.check();
    }
    world.settle();
    world.check_settled();
  }
}
