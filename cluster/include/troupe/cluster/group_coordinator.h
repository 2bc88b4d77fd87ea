// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_config.h>
#include <troupe/cluster/group_description.h>
#include <troupe/cluster/group_effects.h>
#include <troupe/cluster/group_record.h>
#include <troupe/cluster/group_requests.h>
#include <troupe/cluster/group_time.h>
#include <troupe/cluster/group_topics.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

class group_slot;

/// Decides for all groups of one offsets partition: an event and the time in,
/// answers and records out. Used by one thread. Committed offsets live in the
/// view of the partition's log; who calls hands in what a decision needs.
///
/// State runs ahead of the log: when an append fails, the owner answers the
/// effects' tickets with `refused`, the parked ones with `resign`, and loads a
/// new coordinator from the view.
///
/// A `ticket` names a call until its answer appears in effects, maybe those of
/// a later call. Tickets that are parked at the same time must differ.
class group_coordinator {
public:
  /// `seed` feeds member ids.
  group_coordinator(group_config config, uint64_t seed);
  ~group_coordinator();

  /// Takes in one record of the log or the view, in their order. Answers come
  /// only after `loaded`.
  void load(const group_record& x);
  /// All records are in: members get a full session from `now` on, so that
  /// consumers do not rebalance because their coordinator moved.
  std::vector<group_effects> loaded(group_time now);

  /// The topics that there are from now on; before the first call, none.
  void know_topics(std::shared_ptr<const group_topics> topics);

  /// ConsumerGroupHeartbeat. The first member makes the group, also in the
  /// place of an empty classic one; one of consumers changes its protocol under
  /// its members where the configuration allows that.
  group_effects consumer_heartbeat(uint64_t ticket,
                                   consumer_heartbeat_request x,
                                   group_time now);

  /// JoinGroup. The answer may come with the effects of a later call: of
  /// another member, or of `tick`.
  group_effects join(uint64_t ticket, join_request x, group_time now);
  /// SyncGroup. Followers are answered when the leader has assigned.
  group_effects sync(uint64_t ticket, sync_request x, group_time now);
  /// Heartbeat; answered at once.
  group_effects
  heartbeat(uint64_t ticket, const heartbeat_request& x, group_time now);
  /// LeaveGroup, of members of either protocol; answered at once.
  group_effects leave(uint64_t ticket, const leave_request& x, group_time now);
  /// OffsetCommit, of members, or of nobody (generation -1) for a group that
  /// has none.
  group_effects
  commit_offsets(uint64_t ticket, commit_request x, group_time now);

  /// OffsetDelete of partitions; ones without an offset are answered alike.
  group_effects
  delete_offsets(uint64_t ticket, std::string_view group_id,
                 std::span<const storage::topic_partition> partitions);
  /// DeleteGroups, one group; `stored` are all partitions that it has
  /// offsets for, also those whose append has not finished.
  group_effects delete_group(uint64_t ticket, std::string_view group_id,
                             std::span<const storage::topic_partition> stored);

  /// May the sender of an OffsetFetch know? Only KIP-848 groups mind.
  group_error check_fetch(std::string_view group_id,
                          const std::optional<std::string>& member_id,
                          int32_t member_epoch) const;

  /// DescribeGroups, one group.
  group_description describe(std::string_view group_id) const;
  /// ConsumerGroupDescribe, one group.
  consumer_group_description consumer_describe(std::string_view group_id) const;
  /// ListGroups: all groups, of either protocol.
  std::vector<group_listing> list() const;

  /// Removes what outlived `offsets.retention.minutes`, and the group with its
  /// last offset. `stored` are all offsets of the group, also those whose
  /// append has not finished.
  group_effects expire_offsets(std::string_view group_id,
                               std::span<const offset_commit> stored,
                               group_time now);
  /// Topics were deleted; `stored` are the group's offsets in them.
  group_effects
  topics_deleted(std::string_view group_id,
                 std::span<const storage::topic_partition> stored);

  /// Nobody waits for this ticket any more (the connection closed).
  group_effects
  forget(std::string_view group_id, uint64_t ticket, group_time now);

  /// Does what is due.
  std::vector<group_effects> tick(group_time now);
  /// When `tick` must be called next, on the steady clock. May be early: a
  /// heartbeat does not move it, which makes heartbeats cheap.
  std::optional<int64_t> next_deadline_ms() const;

  /// Answers everything parked with `error`; the coordinator is done.
  std::vector<group_answer> resign(group_error error);

  /// Groups in memory.
  size_t group_count() const noexcept { return groups_.size(); }

private:
  using group_map =
      std::map<std::string, std::unique_ptr<group_slot>, std::less<>>;

  group_map::iterator find(std::string_view group_id);
  /// Finds the group or makes a classic one; the end when there are too many.
  group_map::iterator obtain(const std::string& group_id);
  void accept_offsets(group_slot& group, commit_request x, group_time now,
                      commit_answer& answer, group_effects& effects);
  void remove_group(group_map::iterator x,
                    std::span<const storage::topic_partition> stored,
                    group_effects& effects);
  /// Does what is due in the group after a call, then settles it.
  void finish(group_map::iterator x, group_time now, group_effects& effects);
  /// Brings the deadline index up to date and drops a group that left no
  /// trace: no members, nothing in the log.
  void settle(group_map::iterator x);
  void unindex(group_map::iterator x);
  void drop(group_map::iterator x);

  // group_coordinator_consumer.cpp
  void load_consumer(const consumer_group_record& x);
  void load_consumer_removal(const consumer_record_removal& x);
  /// `group` is the end or a classic group.
  consumer_heartbeat_answer
  make_consumer_group(group_map::iterator group,
                      const consumer_heartbeat_request& x, group_time now,
                      group_effects& effects);
  /// JoinGroup to a consumer group.
  group_effects join_as_classic(uint64_t ticket, join_request x,
                                group_map::iterator group, group_time now);
  void replace(group_map::iterator x, std::unique_ptr<group_slot> by);

  // group_coordinator_migration.cpp
  bool may_upgrade(const group_slot& x) const;
  /// Lets the members of `from` go on in `to`, which is empty.
  consumer_heartbeat_answer upgrade(const group_slot& from, group_slot& to,
                                    group_time now,
                                    std::vector<group_record>& records);
  void finish_consumer(group_map::iterator x, group_time now,
                       group_effects& effects);
  void downgrade_if_due(group_map::iterator x, group_time now,
                        group_effects& effects);

  group_config config_;
  std::mt19937_64 random_;
  /// Never null.
  std::shared_ptr<const group_topics> topics_;
  group_map groups_;
  /// (steady_ms, group id); the views point at the keys of `groups_`.
  std::set<std::pair<int64_t, std::string_view>> deadlines_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
