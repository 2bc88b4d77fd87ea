// SPDX-License-Identifier: Apache-2.0
#include <quoted.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/metadata_record.h>

#include <algorithm>
#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

tl::unexpected<storage::error> contradiction(std::string message) {
  return failure(storage::errc::corrupt_log,
                 "cannot apply metadata: " + std::move(message));
}

bool contains(const std::vector<node_id>& nodes, node_id x) {
  return std::find(nodes.begin(), nodes.end(), x) != nodes.end();
}

bool distinct_nodes(std::vector<node_id> nodes) {
  std::sort(nodes.begin(), nodes.end());
  return std::adjacent_find(nodes.begin(), nodes.end()) == nodes.end()
         && (nodes.empty() || nodes.front() >= 0);
}

bool part_of(const std::vector<node_id>& some,
             const std::vector<node_id>& all) {
  return std::all_of(some.begin(), some.end(),
                     [&all](node_id x) { return contains(all, x); });
}

bool consistent(const partition_registration& x) {
  return !x.replicas.empty() && distinct_nodes(x.replicas)
         && distinct_nodes(x.isr) && x.leader_epoch >= 0
         && (x.leader == no_node || contains(x.replicas, x.leader))
         && part_of(x.adding, x.replicas) && part_of(x.removing, x.replicas)
         && x.partition_epoch >= 0 && part_of(x.isr, x.replicas);
}

result<void> check(const std::vector<partition_registration>& partitions,
                   const std::string& topic) {
  if (partitions.empty())
    return contradiction("no partitions for topic " + quoted(topic));
  for (const auto& x : partitions)
    if (!consistent(x))
      return contradiction("impossible replicas in topic " + quoted(topic));
  return {};
}

/// Without what only a later change can have brought.
topic_image as_created(topic_image x) {
  for (auto& partition : x.partitions) {
    partition.partition_epoch = 0;
    partition.adding.clear();
    partition.removing.clear();
  }
  return x;
}

/// Applies records to an image, one after the other.
struct record_applier {
  metadata_image& image;
  topic_drafts& drafts;

  topic_image& put(topic_image x) {
    auto topic = std::make_shared<topic_image>(std::move(x));
    image.topics[topic->name] = topic;
    image.topics_by_id[topic->id] = topic;
    drafts[topic->id] = topic;
    return *topic;
  }

  /// The topic as nobody else has it. Copied with its first change only: a node
  /// that goes may change each of 10,000 partitions.
  topic_image& draft(const topic_image& x) {
    auto i = drafts.find(x.id);
    return i == drafts.end() ? put(x) : *i->second;
  }

  result<void> operator()(const cluster_created& x) {
    if (!image.cluster_id.empty())
      return contradiction("the cluster has an id already");
    if (x.cluster_id.empty())
      return contradiction("the cluster's id is empty");
    image.cluster_id = x.cluster_id;
    return {};
  }

  result<void> operator()(const node_registered& x) {
    if (x.node.id < 0)
      return contradiction("node id " + std::to_string(x.node.id));
    image.nodes[x.node.id] = x.node;
    return {};
  }

  result<void> operator()(const topic_created& x) {
    if (!valid_topic_name(x.topic.name))
      return contradiction("topic name " + quoted(x.topic.name));
    if (image.topics.contains(x.topic.name))
      return contradiction("topic " + quoted(x.topic.name) + " exists already");
    if (x.topic.id.is_nil() || image.topics_by_id.contains(x.topic.id))
      return contradiction("id of topic " + quoted(x.topic.name)
                           + " is nil or in use");
    if (auto ok = check(x.topic.partitions, x.topic.name); !ok)
      return ok;
    image.partitions_in_all += x.topic.partitions.size();
    put(x.topic);
    return {};
  }

  result<void> operator()(const topic_deleted& x) {
    const auto* topic = image.find(x.id);
    if (topic == nullptr)
      return contradiction("deleted topic " + to_string(x.id) + " is unknown");
    image.partitions_in_all -= topic->partitions.size();
    image.topics.erase(std::string{topic->name});
    image.topics_by_id.erase(x.id);
    drafts.erase(x.id);
    return {};
  }

  result<void> operator()(const partitions_added& x) {
    const auto* topic = image.find(x.id);
    if (topic == nullptr)
      return contradiction("partitions for unknown topic " + to_string(x.id));
    if (auto ok = check(x.partitions, topic->name); !ok)
      return ok;
    image.partitions_in_all += x.partitions.size();
    auto& partitions = draft(*topic).partitions;
    partitions.insert(partitions.end(), x.partitions.begin(),
                      x.partitions.end());
    return {};
  }

  result<void> operator()(const topic_configs_replaced& x) {
    const auto* topic = image.find(x.id);
    if (topic == nullptr)
      return contradiction("configs for unknown topic " + to_string(x.id));
    draft(*topic).configs = x.configs;
    return {};
  }

  result<void> operator()(const broker_configs_replaced& x) {
    if (x.node < no_node)
      return contradiction("configs of node " + std::to_string(x.node));
    if (x.configs.empty())
      image.broker_configs.erase(x.node);
    else
      image.broker_configs[x.node] = x.configs;
    return {};
  }

  result<void> operator()(const producer_ids_allocated& x) {
    if (x.next_producer_id <= image.next_producer_id)
      return contradiction("producer ids go back to "
                           + std::to_string(x.next_producer_id));
    image.next_producer_id = x.next_producer_id;
    return {};
  }

  result<void> operator()(const partition_changed& x) {
    const auto* topic = image.find(x.id);
    if (topic == nullptr)
      return contradiction("partition of unknown topic " + to_string(x.id));
    auto index = static_cast<size_t>(x.partition);
    if (x.partition < 0 || index >= topic->partitions.size())
      return contradiction("no partition " + std::to_string(x.partition)
                           + " in topic " + quoted(topic->name));
    const auto& known = topic->partitions[index];
    if (!consistent(x.state) || x.state.partition_epoch <= known.partition_epoch
        || x.state.leader_epoch < known.leader_epoch)
      return contradiction("impossible change of " + quoted(topic->name) + "-"
                           + std::to_string(x.partition));
    draft(*topic).partitions[index] = x.state;
    return {};
  }

  result<void> operator()(const node_removed& x) {
    if (image.nodes.erase(x.node) == 0)
      return contradiction("removed node " + std::to_string(x.node)
                           + " is unknown");
    return {};
  }

  result<void> operator()(const voters_replaced& x) {
    std::vector<node_id> ids;
    for (const auto& voter : x.voters)
      ids.push_back(voter.id);
    if (ids.empty() || !distinct_nodes(ids))
      return contradiction("impossible voters");
    image.voters = x.voters;
    return {};
  }

  result<void> operator()(const leader_began& x) {
    if (x.epoch < 0 || x.leader < 0)
      return contradiction("leader " + std::to_string(x.leader) + " of epoch "
                           + std::to_string(x.epoch));
    return {};
  }
};

} // namespace

result<image_ptr> apply(const metadata_image& before,
                        const metadata_delta& delta, offset_t end_offset) {
  if (end_offset < before.end_offset)
    return contradiction("offset goes back to " + std::to_string(end_offset));
  metadata_image image{before};
  topic_drafts drafts;
  record_applier applier{image, drafts};
  for (const auto& record : delta)
    if (auto ok = std::visit(applier, record); !ok)
      return failure(std::move(ok.error()));
  image.end_offset = end_offset;
  return std::make_shared<const metadata_image>(std::move(image));
}

result<void> metadata_editor::apply(const metadata_delta& delta) {
  record_applier applier{image_, drafts_};
  for (const auto& record : delta)
    if (auto ok = std::visit(applier, record); !ok)
      return ok;
  return {};
}

image_ptr metadata_editor::finish() && {
  return std::make_shared<const metadata_image>(std::move(image_));
}

metadata_delta snapshot_of(const metadata_image& image) {
  metadata_delta records;
  if (!image.cluster_id.empty())
    records.emplace_back(cluster_created{image.cluster_id});
  if (!image.voters.empty())
    records.emplace_back(voters_replaced{image.voters});
  for (const auto& [id, node] : image.nodes)
    records.emplace_back(node_registered{node});
  for (const auto& [name, topic] : image.topics) {
    records.emplace_back(topic_created{as_created(*topic)});
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (const auto& state = topic->partitions[i]; state.partition_epoch > 0)
        records.emplace_back(
            partition_changed{topic->id, static_cast<int32_t>(i), state});
  }
  for (const auto& [node, configs] : image.broker_configs)
    records.emplace_back(broker_configs_replaced{node, configs});
  if (image.next_producer_id > 0)
    records.emplace_back(producer_ids_allocated{image.next_producer_id});
  return records;
}

} // namespace troupe::cluster
