// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_config.h>
#include <troupe/cluster/group_topics.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// Which topics the members of one consumer group subscribe to, by name or by
/// regular expression, and whether those topics changed. Compiled expressions
/// are not kept: matching a new image compiles each once more, which is cheap
/// beside what 1,000 compiled ones would hold in memory.
class group_subscriptions {
public:
  explicit group_subscriptions(const consumer_group_config& config)
      : config_(config) {}

  /// Makes sure that `regex` can be used in `add`: matches it unless the group
  /// knows it already.
  result<void> learn(const std::string& regex, const group_topics& topics);
  /// A member subscribes. Returns the ids of its topics, ascending. `regex` may
  /// be empty, and one that was never learnt matches nothing.
  std::vector<storage::uuid> add(const std::vector<std::string>& names,
                                 const std::string& regex,
                                 const group_topics& topics);
  /// A member that subscribed to `ids` and `regex` does no more.
  void remove(const std::vector<storage::uuid>& ids, const std::string& regex);
  /// True when `topics` is another version than the last one: everybody must
  /// be added again.
  bool renew(const group_topics& topics);

  bool contains(const storage::uuid& topic) const {
    return subscribed_.contains(topic);
  }
  /// False until the first `renew`: nothing was looked up yet.
  bool matched() const noexcept { return version_.has_value(); }
  /// Changes when a subscribed topic appears, disappears or grows; stays the
  /// same over restarts and never is 0.
  int64_t hash() const noexcept;

private:
  struct subscribed_topic {
    size_t members = 0;
    uint64_t hash = 0;
  };
  struct known_regex {
    size_t members = 0;
    std::vector<storage::uuid> ids;
  };

  consumer_group_config config_;
  std::map<storage::uuid, subscribed_topic> subscribed_;
  std::map<std::string, known_regex> regexes_;
  std::optional<int64_t> version_;
};

} // namespace troupe::cluster
