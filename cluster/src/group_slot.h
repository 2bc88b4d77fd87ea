// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <classic_group.h>
#include <consumer_group.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::cluster {

/// A group as its coordinator holds it: of either protocol. Where it becomes
/// one of the other protocol there is a new slot.
class group_slot {
public:
  static std::unique_ptr<group_slot>
  make_classic(const std::string& id, const group_config& config);
  static std::unique_ptr<group_slot>
  make_consumer(const std::string& id, const group_config& config);

  template <class Group, class Config>
  group_slot(std::in_place_type_t<Group> kind, const std::string& id,
             const Config& config)
      : group_(kind, id, config) {}

  /// Null when the group is of the other protocol.
  classic_group* classic() noexcept {
    return std::get_if<classic_group>(&group_);
  }
  const classic_group* classic() const noexcept {
    return std::get_if<classic_group>(&group_);
  }
  consumer_group* consumer() noexcept {
    return std::get_if<consumer_group>(&group_);
  }
  const consumer_group* consumer() const noexcept {
    return std::get_if<consumer_group>(&group_);
  }

  /// Nobody is in it: it may be deleted, or replaced.
  bool empty() const noexcept;
  /// Empty, and nobody is about to come.
  bool deserted() const noexcept;
  /// The log knows of it.
  bool persisted() const noexcept;
  /// Nothing is due before; may be early. `never_ms` when nothing waits.
  int64_t next_check_ms() const noexcept;
  static constexpr int64_t never_ms = classic_group::never_ms;

  // Calls of members of the classic protocol, which a group of the other one
  // may have while it changes.
  void sync(uint64_t ticket, sync_request x, const group_topics& topics,
            group_time now, group_effects& effects);
  group_error heartbeat(const heartbeat_request& x, const group_topics& topics,
                        group_time now, group_effects& effects);
  leave_answer
  leave(const leave_request& x, group_time now, group_effects& effects);

  group_listing listing() const;
  /// What removes the group itself from the log, not its offsets.
  std::vector<group_record> removal() const;
  /// Those of `stored` that outlived their retention.
  std::vector<storage::topic_partition>
  expired(std::span<const offset_commit> stored, const group_topics& topics,
          int64_t retention_ms, group_time now) const;

  /// Under which time the group stands in the coordinator's deadlines.
  std::optional<int64_t> indexed_ms;

private:
  std::variant<classic_group, consumer_group> group_;
};

} // namespace troupe::cluster
