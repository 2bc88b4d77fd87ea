// SPDX-License-Identifier: Apache-2.0
#pragma once

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

namespace troupe::cluster {

class classic_group;
struct group_slot;

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

  group_effects join(uint64_t ticket, join_request x, group_time now);
  group_effects sync(uint64_t ticket, sync_request x, group_time now);
  group_effects
  heartbeat(uint64_t ticket, const heartbeat_request& x, group_time now);
  group_effects leave(uint64_t ticket, const leave_request& x, group_time now);
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

  group_description describe(std::string_view group_id) const;
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

  size_t group_count() const noexcept { return groups_.size(); }

private:
  using group_map =
      std::map<std::string, std::unique_ptr<group_slot>, std::less<>>;

  group_map::iterator find(std::string_view group_id);
  /// Finds or makes the group; the end when there are too many.
  group_map::iterator obtain(const std::string& group_id);
  void accept_offsets(classic_group& group, commit_request x, group_time now,
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

  group_config config_;
  std::mt19937_64 random_;
  group_map groups_;
  /// (steady_ms, group id); the views point at the keys of `groups_`.
  std::set<std::pair<int64_t, std::string_view>> deadlines_;
};

} // namespace troupe::cluster
