// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_coordinator.h>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::cluster::test {

inline constexpr int32_t session_ms = 10000;
inline constexpr int32_t rebalance_ms = 60000;

opaque_bytes bytes_of(std::string_view text);
/// A consumer's subscription, version 1.
opaque_bytes subscription(const std::vector<std::string>& topics);

/// A JoinGroup to group "g" that offers `protocols`.
join_request joiner(std::string member_id = {},
                    const std::vector<std::string>& protocols = {"range"});
/// The same from a static member.
join_request
static_joiner(std::string instance_id, std::string member_id = {},
              const std::vector<std::string>& protocols = {"range"});
offset_commit offset_at(std::string topic, storage::offset_t offset);

/// A coordinator on virtual time, with its log: records are kept by key in
/// Kafka's format as soon as they appear.
class group_fixture {
public:
  explicit group_fixture(group_config config = {});

  /// Each returns its ticket.
  uint64_t join(join_request x);
  uint64_t sync(const std::string& member_id, int32_t generation,
                std::vector<sync_request::assignment> assignments = {});
  uint64_t sync(sync_request x);
  uint64_t leave(std::vector<leave_request::member> members);
  group_error heartbeat(const std::string& member_id, int32_t generation,
                        std::optional<std::string> instance_id = {});
  /// One offset of topic "t".
  group_error commit(const std::string& member_id, int32_t generation,
                     std::optional<std::string> instance_id = {});
  commit_answer commit(commit_request x);
  void forget(uint64_t ticket);

  /// Joins as a client of v4 and above does: twice. The ticket is that of the
  /// second call.
  std::pair<std::string, uint64_t>
  enter(const std::vector<std::string>& protocols = {"range"});
  /// A stable group "g" of that many dynamic members; the leader comes first.
  std::vector<std::string> stable_group(size_t members);
  /// Syncs everybody of the group's generation, the leader last.
  void sync_all(const std::vector<std::string>& members, int32_t generation);

  /// Lets time pass, waking the coordinator when it asked for it.
  void pass(int64_t duration_ms);
  group_time now() const { return now_; }

  bool waiting(uint64_t ticket) const { return !answers_.contains(ticket); }
  /// The answer, which must be there.
  template <class Answer>
  const Answer& answer(uint64_t ticket) const {
    auto x = answers_.find(ticket);
    REQUIRE(x != answers_.end());
    const auto* what = std::get_if<Answer>(&x->second);
    REQUIRE(what != nullptr);
    return *what;
  }
  const join_answer& joined(uint64_t ticket) const {
    return answer<join_answer>(ticket);
  }
  const sync_answer& synced(uint64_t ticket) const {
    return answer<sync_answer>(ticket);
  }

  /// The coordinator resigns; another one is made of what the log holds.
  void restart();
  /// The newest generation that was announced or recorded.
  int32_t generation() const { return generation_; }
  group_state state() const { return core_->describe("g").state; }
  group_coordinator& core() { return *core_; }
  std::vector<group_record>& records() { return records_; }
  /// Those of the records that are offsets.
  std::vector<offset_commit> commits() const;
  void take(group_effects effects);
  uint64_t ticket() { return ++last_ticket_; }

private:
  group_config config_;
  uint64_t seed_ = 1;
  std::unique_ptr<group_coordinator> core_;
  group_time now_{1000000, 1700000000000};
  uint64_t last_ticket_ = 0;
  int32_t generation_ = 0;
  std::map<uint64_t, decltype(group_answer::what)> answers_;
  std::vector<group_record> records_;
  std::map<std::vector<std::byte>, std::vector<std::byte>> log_;
};

} // namespace troupe::cluster::test
