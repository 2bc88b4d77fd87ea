// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/metadata_image.h>

namespace troupe::cluster {

const topic_image* metadata_image::find(const std::string& topic) const {
  auto i = topics.find(topic);
  return i == topics.end() ? nullptr : i->second.get();
}

const topic_image* metadata_image::find(const uuid& id) const {
  auto i = topics_by_id.find(id);
  return i == topics_by_id.end() ? nullptr : i->second.get();
}

const partition_registration*
metadata_image::find(const topic_partition& tp) const {
  const auto* topic = find(tp.topic);
  if (topic == nullptr || tp.partition < 0)
    return nullptr;
  auto index = static_cast<size_t>(tp.partition);
  return index < topic->partitions.size() ? &topic->partitions[index] : nullptr;
}

} // namespace troupe::cluster
