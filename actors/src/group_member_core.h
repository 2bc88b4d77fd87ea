// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/consumer_group_options.h>
#include <troupe/actors/problem.h>
#include <troupe/cluster/consumer_group_heartbeat.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::actors {

/// What a member of a KIP-848 group decides: when it is heard of and what it
/// says, what it has and what it gives up. On its way to what the coordinator
/// assigns it first gives up, then takes:
///
///             something must go           the subscriber is done, or late
///     settled ------------------> handing over ---------------> committing
///        ▲  something is new: it is taken at once                   │
///        └──────────────────────────────────────────────────────────┘
///
/// Knows no actor; times are milliseconds of a clock that never goes back.
class group_member_core {
public:
  /// An answer of the coordinator that does not come within this never will.
  static constexpr int64_t call_timeout_ms = 30'000;

  /// `member_id` must be new in the world; `retry_ms` is the pause before a
  /// question that was refused for the moment is put again.
  group_member_core(const consumer_group_options& options,
                    std::string member_id, int64_t retry_ms);

  /// A heartbeat to send now: one at a time.
  std::optional<cluster::consumer_heartbeat_request>
  next_heartbeat(int64_t now_ms);

  /// What follows from an answer, or from its absence.
  enum class standing : uint8_t {
    as_before,
    /// Others may have its partitions: it has none now, and joins again.
    lost,
    /// The coordinator does not want it.
    over,
  };
  standing
  answered(const cluster::consumer_heartbeat_answer& x, int64_t now_ms);
  /// Gives waits up that took too long.
  void tick(int64_t now_ms);
  /// After `over`.
  const problem& why() const noexcept { return why_; }

  /// Names topics; null: not known here yet.
  using namer = std::function<const std::string*(const storage::uuid&)>;
  using partition_list = std::vector<storage::topic_partition>;
  /// One step towards what was assigned; one of the two is empty.
  struct change {
    /// Names what is revoked.
    uint64_t round = 0;
    partition_list revoked;
    partition_list added;
  };
  /// Nothing while a revocation is under way.
  std::optional<change> next_change(const namer& name, int64_t now_ms);
  /// The subscriber is done with what was revoked; false: with something else.
  bool released(uint64_t round) noexcept;
  /// It took too long; true once.
  bool release_overdue(int64_t now_ms) noexcept;
  /// What is being revoked.
  const partition_list& revoked() const noexcept { return revoked_; }
  /// What was revoked is committed, or never will be: the coordinator may know.
  void gave_up() noexcept;

  bool owns(const storage::topic_partition& x) const;
  /// All that it has, also what is being revoked.
  partition_list owned() const;
  /// 0: it is no member now.
  int32_t epoch() const noexcept { return epoch_; }
  const std::string& member_id() const noexcept { return member_id_; }

  /// The last thing that it says; nothing when it is no member.
  std::optional<cluster::consumer_heartbeat_request> farewell();

  int64_t wake_at_ms() const noexcept;

private:
  enum class handover : uint8_t { settled, releasing, committing };

  standing lose(int64_t now_ms);
  void retry(int64_t now_ms) noexcept;
  const std::string* named(const storage::uuid& id, const namer& name);
  partition_list list(const cluster::partition_assignment& x) const;

  consumer_group_options options_;
  std::string member_id_;
  int64_t retry_ms_;

  int32_t epoch_ = cluster::joining_epoch;
  int64_t interval_ms_ = 0;
  /// Of the next heartbeat, or until when its answer may take.
  int64_t due_ms_ = 0;
  bool in_flight_ = false;
  /// The coordinator may have missed something.
  bool tell_all_ = true;
  /// What it has has changed since it said so.
  bool owned_changed_ = false;

  cluster::partition_assignment target_;
  cluster::partition_assignment owned_;
  /// Of topics of which it has, or had, partitions.
  std::map<storage::uuid, std::string> names_;

  handover step_ = handover::settled;
  uint64_t round_ = 0;
  int64_t release_due_ms_ = 0;
  cluster::partition_assignment leaving_;
  partition_list revoked_;
  problem why_;
};

/// Why the coordinator refused, as callers are told.
problem problem_of(cluster::group_error error,
                   const std::optional<std::string>& message = {});

/// The coordinator may answer otherwise soon.
bool may_pass(cluster::group_error error) noexcept;

} // namespace troupe::actors
