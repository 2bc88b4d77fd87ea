// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partition_fixture.h"
#include "replica_pair.h"

#include <utility>
#include <vector>

namespace troupe::actors {

/// A partition with a follower on another node, or a leader there; links and
/// the replica take notes.
struct replicated_fixture : partition_fixture {
  explicit replicated_fixture(
      cluster::durability level = cluster::durability::page_cache)
      : partition_fixture(level) {
    carrier = keep(system().spawn(carrier_of, &pulled));
    replica = keep(system().spawn(replica_of, &applied));
    lead(1, {this_node, other_node});
  }

  ~replicated_fixture() {
    pulled.clear();
    carrier = nullptr;
    replica = nullptr;
  }

  static records_carrier_actor::behavior_type
  carrier_of(records_carrier_actor::pointer, std::vector<records_pulled>* to) {
    return {[=](records_pulled& x) { to->push_back(std::move(x)); }};
  }

  static replica_actor::behavior_type
  replica_of(replica_actor::pointer, std::vector<pull_applied>* to) {
    return {
        [](const follow_leader&) {},
        [](const stop_following&) {},
        [](const batches_pulled&) {},
        [=](const pull_applied& x) { to->push_back(x); },
        [](const pull_due&) {},
    };
  }

  void lead(int32_t partition_epoch, std::vector<cluster::node_id> isr,
            cluster::leader_epoch_t in = epoch) {
    tell(partition,
         become_leader{
             pair_registration(this_node, in, std::move(isr), partition_epoch),
             {{this_node, {}}, {other_node, {}}}});
  }

  void follow(cluster::leader_epoch_t in) {
    tell(partition, become_follower{pair_registration(
                        other_node, in, {this_node, other_node}, in * 10)});
  }

  void pull(storage::offset_t from, uint32_t wait_ms = 1'000,
            cluster::leader_epoch_t in = epoch) {
    pull_records x;
    x.request.name = store.options.name;
    x.request.topic_id = store.options.topic_id;
    x.request.replica = other_node;
    x.request.leader_epoch = in;
    x.request.fetch_offset = from;
    x.request.last_epoch = from == 0 ? -1 : epoch;
    x.request.bytes_max = 1 << 20;
    x.request.wait_ms_max = wait_ms;
    x.carrier = carrier;
    tell(partition, std::move(x));
  }

  /// Of a follower that has everything and waits for more.
  void pull_and_wait(storage::offset_t from) {
    pull(from);
    if (!pulled.empty() && pulled.back().records.size == 0)
      pull(from);
    pulled.clear();
    pull(from);
    CHECK(pulled.empty());
  }

  /// What the leader on the other node sends.
  void arrive(one_replica& leader) {
    batches_pulled x;
    leader.store.now = store.now;
    auto asked = leader.next_pull();
    auto from = ask_position();
    asked.replica = this_node;
    asked.leader_epoch = from.leader_epoch;
    asked.fetch_offset = from.fetch_offset;
    asked.last_epoch = from.last_epoch;
    tell(partition, append_pulled{leader.answer(asked), replica});
  }

  pull_position ask_position() {
    auto before = applied.size();
    tell(partition, find_pull_position{replica});
    REQUIRE(applied.size() == before + 1);
    auto next = applied.back().next;
    applied.pop_back();
    return next;
  }

  std::vector<ticket_t> answered() const {
    std::vector<ticket_t> found;
    for (const auto& x : told.appends)
      found.push_back(x.ticket);
    return found;
  }

  std::vector<records_pulled> pulled;
  std::vector<pull_applied> applied;
  records_carrier_actor carrier;
  replica_actor replica;
};

} // namespace troupe::actors
