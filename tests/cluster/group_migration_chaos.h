// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/group_migration_fixture.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace troupe::cluster::test {

/// Consumers of both protocols in group "g", which come, go, die and see their
/// coordinator restart as a seed says. Checks after each step that no partition
/// has two owners, and in the end that the living share all of them.
class group_migration_chaos {
public:
  explicit group_migration_chaos(uint64_t seed) : random_(seed) {}

  void step();
  /// No more mishaps: everybody alive must find a place.
  void heal();
  /// How often the group was seen with the classic protocol and the new one.
  size_t classic_count() const noexcept { return classic_count_; }
  size_t mixed_count() const noexcept { return mixed_count_; }

private:
  enum class protocol : uint8_t { eager, cooperative, consumer };
  enum class phase : uint8_t { away, joining, syncing, member };

  struct client {
    protocol speaks = protocol::consumer;
    phase doing = phase::away;
    uint64_t ticket = 0;
    std::string member_id;
    /// Generation or epoch.
    int32_t epoch = -1;
    /// What it reads from.
    partition_assignment owned;
  };

  size_t below(size_t bound) { return random_() % bound; }
  void add();
  void leave(size_t index);
  void act(client& x);
  void act_classic(client& x);
  void act_consumer(client& x);
  void send_join(client& x);
  void take_join(client& x);
  void take_sync(client& x);
  void send_heartbeat(client& x);
  void react(client& x, group_error error);
  void pass();
  void check();
  bool settled() const;
  std::vector<sync_request::assignment> assign(const join_answer& x) const;

  group_migration_fixture group_;
  std::mt19937_64 random_;
  std::vector<client> clients_;
  size_t names_ = 0;
  size_t classic_count_ = 0;
  size_t mixed_count_ = 0;
};

} // namespace troupe::cluster::test
