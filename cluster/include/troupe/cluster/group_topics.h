// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// A topic as far as a consumer group is concerned.
struct group_topic {
  std::string name;
  storage::uuid id;
  int32_t partition_count = 0;
  /// The version of `group_topics` that first had it; filled in by that.
  int64_t first_version = 0;

  bool operator==(const group_topic&) const = default;
};

/// The topics that there are to consume, as one metadata image has them. Made
/// once per image, never changed, and shared by all groups.
class group_topics {
public:
  group_topics() = default;
  /// `version` must differ whenever the topics do: groups look at the topics
  /// again only when it has changed.
  group_topics(std::vector<group_topic> topics, int64_t version);
  /// The same, behind `previous`: groups need to look at what is new only.
  group_topics(std::vector<group_topic> topics, int64_t version,
               const group_topics& previous);

  /// Null when there is no such topic.
  const group_topic* find(std::string_view name) const;
  /// Null when there is no such topic.
  const group_topic* find(const storage::uuid& id) const;

  /// By name, ascending.
  const std::vector<group_topic>& all() const noexcept { return topics_; }
  /// Of the topics; -1 before there were any.
  int64_t version() const noexcept { return version_; }

private:
  std::vector<group_topic> topics_;
  std::unordered_map<storage::uuid, size_t> by_id_;
  int64_t version_ = -1;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
