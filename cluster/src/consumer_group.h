// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <consumer_member.h>
#include <group_subscriptions.h>
#include <migrating_group.h>
#include <partition_owners.h>
#include <troupe/cluster/consumer_group_config.h>
#include <troupe/cluster/consumer_group_description.h>
#include <troupe/cluster/consumer_group_heartbeat.h>
#include <troupe/cluster/consumer_group_record.h>
#include <troupe/cluster/group_effects.h>
#include <troupe/cluster/group_record.h>
#include <troupe/cluster/group_requests.h>
#include <troupe/cluster/group_time.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::cluster {

/// The answer to a heartbeat, and the records that must be in the log before
/// it leaves.
struct consumer_group_outcome {
  consumer_heartbeat_answer answer;
  std::vector<consumer_group_record> records;
};

/// A KIP-848 group: members send heartbeats, the broker assigns.
///
///   the group's epoch     grows when members, subscriptions or topics change
///   the target epoch      follows as soon as a member sends a heartbeat: then
///                         the assignor has said what everybody is to have
///   a member's epoch      follows when it gave up all that it is not to keep;
///                         it gets what is new to it when nobody else has it
///
/// Members of the classic protocol may take part while a group changes from one
/// protocol to the other. Their generation is their epoch, and nobody leads
/// them: JoinGroup says what they have given up, SyncGroup tells what they
/// have, and Heartbeat that they must join again.
///
/// State runs ahead of the log: when an append fails the owner drops the group
/// and loads it anew, so nothing is ever rolled back. Used by one thread.
class consumer_group {
public:
  consumer_group(std::string id, const consumer_group_config& config);

  consumer_group(const consumer_group&) = delete;
  consumer_group& operator=(const consumer_group&) = delete;

  /// Takes in one record, in any order if there is one per key.
  void load(const consumer_group_record& x);
  /// All records are in: every member gets a full session from `now` on.
  void loaded(group_time now);

  /// Joins, leaves or goes on. `x` passed `check_consumer_heartbeat` and has a
  /// member id: the caller makes one up where the client does not.
  consumer_group_outcome heartbeat(const consumer_heartbeat_request& x,
                                   const group_topics& topics, group_time now);

  // Calls of members of the classic protocol: the answer is in `effects` when
  // it is not returned.
  void join_classic(uint64_t ticket, join_request x, const group_topics& topics,
                    group_time now, std::mt19937_64& random,
                    group_effects& effects);
  void sync_classic(uint64_t ticket, const sync_request& x,
                    const group_topics& topics, group_time now,
                    group_effects& effects);
  group_error heartbeat_classic(const heartbeat_request& x,
                                const group_topics& topics, group_time now,
                                group_effects& effects);
  /// LeaveGroup: a member of the classic protocol that goes, or a static one of
  /// either that an operator removes. Answers each in turn.
  leave_answer remove_members(const leave_request& x, group_effects& effects);

  /// Becomes what a classic group was, nobody having been let in before.
  /// Refuses what its members say when we cannot go on with it.
  consumer_heartbeat_answer adopt(const migrating_group& x,
                                  const group_topics& topics, group_time now,
                                  std::vector<consumer_group_record>& records);
  /// Nobody is left who speaks the new protocol.
  bool only_classic() const noexcept {
    return !members_.empty() && classic_count_ == members_.size();
  }
  /// What a classic group needs to go on. Nothing when its members have no
  /// protocol in common, which no log that we wrote says.
  std::optional<migrating_group> hand_over(const group_topics& topics) const;

  /// Removes members whose session or whose time to revoke is over.
  std::vector<consumer_group_record> tick(group_time now);
  std::optional<int64_t> next_deadline_ms() const;

  bool speaks_classic(std::string_view member_id) const;
  /// May this member commit? -1 is a commit without membership.
  group_error check_commit(std::string_view member_id, int32_t epoch) const;
  /// May this member fetch offsets? Without a member id anybody may.
  group_error
  check_fetch(const std::optional<std::string>& member_id, int32_t epoch) const;
  bool subscribes_to(std::string_view topic, const group_topics& topics) const;
  /// Those of `stored` that outlived their retention: the clock of an offset
  /// starts with its commit, and stands still while somebody reads the topic.
  std::vector<storage::topic_partition>
  expired(std::span<const offset_commit> stored, const group_topics& topics,
          int64_t retention_ms, group_time now) const;

  consumer_group_state state() const;
  consumer_group_description describe(const group_topics& topics) const;
  /// What removes the group from the log, with the members that there are.
  std::vector<consumer_group_record> removal() const;

  const std::string& id() const noexcept { return id_; }
  size_t member_count() const noexcept { return members_.size(); }

private:
  using member_map = std::map<std::string, consumer_member, std::less<>>;
  using member_entry = member_map::value_type;
  using owned_partitions = std::optional<partition_assignment>;
  using group_records = std::vector<consumer_group_record>;

  // consumer_group_admission.cpp: refuses, changes nothing.
  consumer_heartbeat_answer admit(const consumer_heartbeat_request& x) const;
  consumer_heartbeat_answer
  admit_join(const consumer_heartbeat_request& x) const;
  consumer_heartbeat_answer
  admit_leave(const consumer_heartbeat_request& x) const;
  consumer_heartbeat_answer
  admit_instance(const consumer_heartbeat_request& x) const;
  consumer_heartbeat_answer
  admit_subscription(const consumer_heartbeat_request& x) const;
  /// Null when there is none.
  const member_entry* static_member(std::string_view instance_id) const;
  /// Which protocol a call came with.
  enum class member_side : uint8_t { classic, consumer };
  /// True when a member with the same instance id takes the place of `held`.
  static bool yields(const member_entry& held, std::string_view member_id,
                     member_side side) noexcept;

  // consumer_group_heartbeat.cpp
  void refresh(const group_topics& topics);
  member_entry& enter(const consumer_heartbeat_request& x, member_side side,
                      group_records& records);
  member_entry& replace(member_map::iterator old, const std::string& member_id,
                        group_records& records);
  /// Takes in what a member said that was let in, and moves it on. True when
  /// what it may own changed.
  bool take_in(member_entry& entry, const consumer_heartbeat_request& x,
               std::optional<classic_member_metadata> classic,
               const group_topics& topics, group_time now,
               group_records& records);
  /// True when the subscription changed.
  bool update(member_entry& entry, const consumer_heartbeat_request& x,
              std::optional<classic_member_metadata> classic,
              const group_topics& topics, group_records& records);
  void bump(group_records& records);

  // consumer_group_reconcile.cpp
  void retarget(const group_topics& topics, group_records& records);
  assignor preferred_assignor() const;
  /// True when what the member may own changed.
  bool reconcile(member_entry& entry, const owned_partitions& owned,
                 group_time now, group_records& records);
  void advance(member_entry& entry, const owned_partitions& owned);

  // consumer_group_classic.cpp
  group_error admit_classic(const join_request& x, size_t bytes) const;
  bool shares_protocol(const join_request& x) const;
  group_error
  check_classic(std::string_view member_id,
                const std::optional<std::string>& instance_id) const;
  group_error check_sync(const sync_request& x) const;
  bool must_rejoin(const member_entry& entry) const;
  member_map::iterator
  leaving(const leave_request::member& x, group_error& error);

  // consumer_group_members.cpp
  int32_t session_timeout_ms(const consumer_member& x) const noexcept {
    return x.classic ? x.classic->session_timeout_ms
                     : config_.session_timeout_ms;
  }
  consumer_group_outcome leave(const consumer_heartbeat_request& x);
  void remove(member_map::iterator i, group_records& records);
  void entomb(const std::string& member_id, group_records& records) const;
  void record_metadata(const member_entry& entry, group_records& records) const;
  void record_current(const member_entry& entry, group_records& records) const;
  /// Puts the member where its deadlines say.
  void schedule(member_entry& entry);
  bool reconciled(const consumer_member& x) const noexcept {
    return x.state == member_state::stable && x.epoch == target_epoch_;
  }

  std::string id_;
  consumer_group_config config_;
  int32_t epoch_ = 0;
  int32_t target_epoch_ = 0;
  /// Of the subscribed topics at `epoch_`.
  int64_t metadata_hash_ = 0;
  member_map members_;
  /// Instance id -> member id.
  std::map<std::string, std::string, std::less<>> instances_;
  /// Members of the classic protocol.
  size_t classic_count_ = 0;
  group_subscriptions subscriptions_;
  size_t subscription_bytes_ = 0;
  partition_owners owners_;
  /// (due_ms, member id); the views point at the keys of `members_`.
  std::set<std::pair<int64_t, std::string_view>> deadlines_;
};

} // namespace troupe::cluster
