// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <classic_member.h>
#include <migrating_group.h>
#include <troupe/cluster/group_config.h>
#include <troupe/cluster/group_description.h>
#include <troupe/cluster/group_effects.h>
#include <troupe/cluster/group_record.h>
#include <troupe/cluster/group_requests.h>
#include <troupe/cluster/group_time.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// One group of the classic protocol:
///
///            join                 all rejoined, or time is up
///   empty ─────────► preparing ─────────────────────────► completing
///     ▲              rebalance ◄───────────────────────── rebalance
///     │ nobody left   │     ▲    join, leave, death            │ the leader's
///     └───────────────┘     └────────────── stable ◄───────────┘ SyncGroup
///                        join, leave, death
///
/// Answers and records go to the `effects` of the call, which may also answer
/// calls that were parked before.
class classic_group {
public:
  /// `config` outlives the group.
  classic_group(std::string id, const group_config& config);

  /// Becomes what the record says; sessions start with `loaded`.
  void load(const group_metadata& x);
  /// The log holds offsets of this group.
  void load_offset() { persisted_ = true; }
  void loaded(group_time now, group_effects& effects);

  void join(uint64_t ticket, join_request x, group_time now,
            std::mt19937_64& random, group_effects& effects);
  void
  sync(uint64_t ticket, sync_request x, group_time now, group_effects& effects);
  group_error heartbeat(const heartbeat_request& x, group_time now);
  /// Answers each member in turn.
  leave_answer
  leave(const leave_request& x, group_time now, group_effects& effects);
  void forget(uint64_t ticket, group_time now, group_effects& effects);
  /// Ends whatever is due at `now`.
  void tick(group_time now, group_effects& effects);

  /// May the sender commit? A member's session starts anew.
  group_error check_commit(const commit_request& x, group_time now);
  /// The record without which a restart would not know of the group; nothing
  /// when it was written.
  std::optional<group_metadata> first_record();
  /// Concerns the whole OffsetDelete; `subscribed` then each topic.
  group_error check_delete_offsets() const;
  /// A member reads the topic, or might.
  bool subscribed(const std::string& topic,
                  const std::optional<std::set<std::string>>& topics) const;
  /// Nothing when the members' protocol cannot be understood.
  std::optional<std::set<std::string>> subscribed_topics() const;
  /// Those of `stored` that outlived their retention.
  std::vector<storage::topic_partition>
  expired(std::span<const offset_commit> stored, group_time now) const;

  /// What a group of the new protocol needs to go on with these members.
  migrating_group hand_over() const;
  /// Becomes what a group of the new protocol was, whose members share a
  /// protocol of the classic one, and lets them join.
  void adopt(migrating_group x, group_time now, group_effects& effects);
  const std::string& protocol_type() const noexcept { return protocol_type_; }
  size_t member_count() const noexcept { return members_.size(); }

  group_description describe() const;
  group_listing listing() const;
  void resign(group_error error, group_effects& effects);

  const std::string& id() const noexcept { return id_; }
  group_state state() const noexcept { return state_; }
  bool persisted() const noexcept { return persisted_; }
  /// Nobody is in it, nor about to be.
  bool deserted() const noexcept {
    return members_.empty() && pending_.empty() && state_ == group_state::empty;
  }
  /// Nothing is due before; may be early. `never_ms` when nothing waits.
  int64_t next_check_ms() const noexcept { return next_check_ms_; }

  static constexpr int64_t never_ms = std::numeric_limits<int64_t>::max();

private:
  using member_map = std::map<std::string, classic_member, std::less<>>;

  // classic_group.cpp
  group_error check_member(const std::string& member_id,
                           const std::optional<std::string>& instance_id) const;
  void become(group_state x, group_time now);
  group_metadata record() const;
  void persist(group_effects& effects);

  // classic_group_members.cpp
  void insert(const std::string& member_id, classic_member x);
  void count_protocols(const classic_member& x);
  void discount_protocols(const classic_member& x);
  void park_join(member_map::iterator x, uint64_t ticket, group_effects& out);
  void park_sync(member_map::iterator x, uint64_t ticket, group_effects& out);
  void answer_join(classic_member& x, join_answer answer, group_effects& out);
  void answer_sync(classic_member& x, sync_answer answer, group_effects& out);
  /// Answers what the member has parked and forgets it; no rebalance yet.
  void erase(member_map::iterator x, group_effects& effects);
  /// Erases, and lets the others know.
  void remove(member_map::iterator x, group_time now, group_effects& effects);
  bool drop_pending(const std::string& member_id);
  group_error leave_one(const leave_request::member& x, group_time now,
                        group_effects& effects);

  // classic_group_join.cpp
  bool accepts(const join_request& x) const;
  bool supports(const join_request& x) const;
  group_error check_join(const join_request& x) const;
  void join_new(uint64_t ticket, join_request x, group_time now,
                std::mt19937_64& random, group_effects& effects);
  void join_known(uint64_t ticket, join_request x, group_time now,
                  group_effects& effects);
  void add(uint64_t ticket, std::string member_id, join_request x,
           bool knows_id, group_time now, group_effects& effects);
  void update(member_map::iterator x, join_request request);
  void replace_static(uint64_t ticket, std::string member_id, join_request x,
                      group_time now, group_effects& effects);
  void answer_replaced(member_map::iterator member, bool knows_skip_assignment,
                       std::string old_leader, group_effects& effects);
  join_answer generation_for(member_map::const_iterator x) const;

  // classic_group_rebalance.cpp
  bool all_joined() const noexcept;
  void rebalance(group_time now, group_effects& effects);
  void prepare(group_time now, group_effects& effects);
  void maybe_end_join(group_time now, group_effects& effects);
  void end_join(group_time now, group_effects& effects);
  bool elect_joined_leader();
  void begin_generation(group_time now, group_effects& effects);
  std::string vote() const;
  int32_t rebalance_timeout_ms() const;

  // classic_group_sync.cpp
  group_error check_sync(const sync_request& x) const;
  void clear_sync_debt(classic_member& x);
  sync_answer assignment_of(const classic_member& x) const;
  bool assign(sync_request x);
  void refuse_syncs(group_time now, group_effects& effects);

  // classic_group_timers.cpp
  void arm_session(classic_member& x, group_time now);
  void check_no_later_than(int64_t time_ms);
  void expire_pending(group_time now, group_effects& effects);
  void expire_sessions(group_time now, group_effects& effects);
  void end_join_wait(group_time now, group_effects& effects);
  void expire_syncs(group_time now, group_effects& effects);
  int64_t earliest_ms() const;

  std::string id_;
  const group_config* config_;
  group_state state_ = group_state::empty;
  storage::timestamp_ms state_timestamp_ = storage::no_timestamp;
  int32_t generation_ = 0;
  std::string protocol_type_;
  std::optional<std::string> protocol_;
  std::optional<std::string> leader_;
  member_map members_;
  /// group.instance.id -> member id
  std::map<std::string, std::string, std::less<>> static_members_;
  /// Ids that were given out and not used yet -> until when they may be.
  std::map<std::string, int64_t, std::less<>> pending_;
  /// Protocol -> members that offer it.
  std::map<std::string, size_t, std::less<>> offers_;
  size_t subscription_bytes_ = 0;
  size_t joined_count_ = 0;
  size_t owed_syncs_ = 0;
  bool persisted_ = false;
  /// The record it was loaded from has members, but nobody who leads them.
  bool unled_ = false;

  /// While preparing: until when members may join.
  int64_t join_end_ms_ = never_ms;
  /// The group was empty before: joining lasts for the initial delay, longer
  /// while members arrive, even when everybody known has joined.
  bool initial_ = false;
  bool arrived_during_delay_ = false;
  int64_t initial_remaining_ms_ = 0;
  /// Until when the members of a generation must have synced.
  int64_t sync_end_ms_ = never_ms;
  int64_t next_check_ms_ = never_ms;
};

} // namespace troupe::cluster
