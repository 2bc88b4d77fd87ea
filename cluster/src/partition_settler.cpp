// SPDX-License-Identifier: Apache-2.0
#include <partition_settler.h>
#include <troupe/storage/assert.h>

#include <utility>

namespace troupe::cluster {

void partition_settler::settle(const topic_image& topic, size_t partition,
                               partition_registration wanted,
                               outcome& out) const {
  ASSERT(partition < topic.partitions.size());
  const auto& before = topic.partitions[partition];
  auto number = static_cast<int32_t>(partition);
  auto x = settled(before, std::move(wanted), nodes_);
  if (x.leader == no_node && unclean_allowed(topic)) {
    x = elected_unclean(before, std::move(x), nodes_);
    if (x.leader != no_node)
      out.unclean.push_back({topic.name, number});
  }
  if (x != before)
    out.records.emplace_back(partition_changed{topic.id, number, std::move(x)});
}

void partition_settler::settle_all(outcome& out) const {
  for (const auto& [name, topic] : image_.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (const auto& x = topic->partitions[i]; needs_settling(x, nodes_))
        settle(*topic, i, x, out);
}

bool partition_settler::unclean_allowed(const topic_image& topic) const {
  return unclean_election_allowed(topic.configs, image_, broker_.id,
                                  broker_.values);
}

} // namespace troupe::cluster
