// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "partition_core.h"
#include "partition_core_fixture.h"

#include <tests/storage/log_fixture.h>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace troupe::actors {

inline constexpr cluster::node_id other_node = 2;

/// A partition with two replicas, on this node and another.
inline cluster::partition_registration
pair_registration(cluster::node_id leader, cluster::leader_epoch_t epoch,
                  std::vector<cluster::node_id> isr = {this_node, other_node},
                  int32_t partition_epoch = 0) {
  return {
      leader, epoch, {this_node, other_node}, std::move(isr), partition_epoch};
}

/// One replica: a core on a log in memory.
struct one_replica {
  one_replica(cluster::node_id id, const cluster::partition_registration& x,
              cluster::durability level = cluster::durability::page_cache)
      : id(id) {
    open(x, level);
  }

  void open(const cluster::partition_registration& x,
            cluster::durability level = cluster::durability::page_cache) {
    store.open();
    core.emplace(std::move(store.log_), partition_core_config{id, level}, x,
                 partition_time{});
  }

  append_finished
  append(int16_t acks = 1, int producer = -1, int32_t sequence = -1) {
    return core->append(
        storage::test::log_fixture::batch(1, 50, store.now, producer, sequence),
        acks, {store.now, now_ms});
  }

  storage::offset_t end() const { return core->log().end_offset(); }

  /// What it would ask now.
  pull_batches next_pull() const {
    auto from = core->position();
    pull_batches x;
    x.name = core->log().options().name;
    x.topic_id = core->log().options().topic_id;
    x.replica = id;
    x.leader_epoch = from.leader_epoch;
    x.fetch_offset = from.fetch_offset;
    x.last_epoch = from.last_epoch;
    x.bytes_max = 1 << 20;
    return x;
  }

  /// What it answers, as it arrives.
  batches_pulled answer(const pull_batches& x) {
    auto admission = core->admit(x, {store.now, now_ms});
    if (!admission.admitted)
      return {std::move(admission.outcome), {}};
    auto read = core->read(x);
    CHECK_FALSE(read.cold);
    return {std::move(read.answer.outcome), bytes_of(read.answer.records)};
  }

  static storage::buffer bytes_of(const storage::file_slice& x) {
    std::vector<std::byte> bytes(x.size);
    if (bytes.empty())
      return {};
    auto size = x.source->read(x.position, bytes);
    REQUIRE(size);
    REQUIRE(*size == bytes.size());
    return storage::buffer::copy_of(bytes);
  }

  /// All of the log.
  std::vector<std::byte> content() {
    auto& log = core->log();
    std::vector<std::byte> all;
    for (auto base : log.segment_base_offsets()) {
      auto part = store.content(base, ".log");
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  cluster::node_id id;
  storage::test::log_fixture store;
  int64_t now_ms = 0;
  std::optional<partition_core> core;
};

/// One round: the follower asks, the leader answers, the follower applies.
inline partition_core::pull_step
pull_once(one_replica& leader, one_replica& follower) {
  auto answer = leader.answer(follower.next_pull());
  return follower.core->apply(answer, follower.store.now);
}

} // namespace troupe::actors
