// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/group_fixture.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace troupe::cluster::test {

/// Consumers of group "g" that follow the protocol, but join, leave, die, come
/// back, lose their connections and dawdle as a seed says. Checks what must
/// hold at each answer, and in the end that all the living share.
class group_chaos {
public:
  explicit group_chaos(uint64_t seed);

  void step();
  /// No more mishaps: everybody alive must find a place.
  void heal();

private:
  enum class phase : uint8_t { away, joining, syncing, member };

  struct client {
    std::optional<std::string> instance_id;
    bool knows_member_id_required = true;
    bool alive = true;
    phase doing = phase::away;
    uint64_t ticket = 0;
    std::string member_id;
    int32_t generation = -1;
    opaque_bytes assignment;
  };

  size_t below(size_t bound) { return random_() % bound; }
  client& any() { return clients_[below(clients_.size())]; }

  void act(client& x);
  void send_join(client& x);
  void take_join(client& x);
  void send_sync(client& x, const join_answer& answer);
  void take_sync(client& x);
  void send_heartbeat(client& x);
  void send_commit(client& x);
  void react(client& x, group_error error);
  void disconnect(client& x);
  void die(client& x);
  void leave(client& x);
  void restart();
  void check_alone(const client& x) const;

  std::mt19937_64 random_;
  group_fixture group_;
  std::vector<client> clients_;
  /// Who was told to assign, in which generation.
  std::string assigning_;
  int32_t assigned_generation_ = 0;
};

} // namespace troupe::cluster::test
