// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_topics.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

group_topics::group_topics(std::vector<group_topic> topics, int64_t version)
    : topics_(std::move(topics)), version_(version) {
  std::sort(topics_.begin(), topics_.end(),
            [](const auto& x, const auto& y) { return x.name < y.name; });
  by_id_.reserve(topics_.size());
  for (size_t i = 0; i < topics_.size(); ++i) {
    by_id_.emplace(topics_[i].id, i);
    topics_[i].first_version = version;
  }
}

group_topics::group_topics(std::vector<group_topic> topics, int64_t version,
                           const group_topics& previous)
    : group_topics(std::move(topics), version) {
  for (auto& topic : topics_)
    if (const auto* known = previous.find(topic.id))
      topic.first_version = known->first_version;
}

const group_topic* group_topics::find(std::string_view name) const {
  auto i = std::lower_bound(
      topics_.begin(), topics_.end(), name,
      [](const auto& x, std::string_view y) { return x.name < y; });
  return i != topics_.end() && i->name == name ? &*i : nullptr;
}

const group_topic* group_topics::find(const storage::uuid& id) const {
  auto i = by_id_.find(id);
  return i == by_id_.end() ? nullptr : &topics_[i->second];
}

} // namespace troupe::cluster
