// SPDX-License-Identifier: Apache-2.0
#include "simulated_node.h"

#include "simulated_cluster.h"

#include <algorithm>
#include <iterator>

namespace troupe::simulation {

namespace {

constexpr int64_t look_interval_ms = 50;

} // namespace

simulated_node::simulated_node(simulated_cluster& world, node_id self)
    : world_(world), self_(self), metadata_(world, self) {
  for (auto& byte : incarnation_.bytes)
    byte = static_cast<uint8_t>(1 + world.network().below(255));
}

void simulated_node::start() {
  metadata_.start();
  beat();
  look_around();
}

bool simulated_node::registered() const {
  const auto& nodes = world_.image_of(self_)->nodes;
  auto known = nodes.find(self_);
  return known != nodes.end() && known->second.incarnation == incarnation_;
}

/// Registers, then says again and again that it is there.
void simulated_node::beat() {
  const auto& image = *world_.image_of(self_);
  if (registered()) {
    cluster::node_heartbeat x;
    x.node = self_;
    x.incarnation = incarnation_;
    x.metadata_end_offset = image.end_offset;
    x.knows_fenced = image.nodes.at(self_).fenced;
    world_.send_heartbeat(self_, x);
  } else {
    cluster::node_registration x;
    x.id = self_;
    x.host = "host" + std::to_string(self_);
    x.port = 9092;
    x.cluster_host = x.host;
    x.cluster_port = static_cast<uint16_t>(9000 + self_);
    x.incarnation = incarnation_;
    auto decide = [x](simulated_metadata& there,
                      const cluster::metadata_image& now) {
      return there.by().register_node(now, x, there.sessions());
    };
    world_.ask_controller(self_, decide, [](const actors::problem&) {});
  }
  world_.network().at(self_,
                      world_.config_of(self_).cluster.heartbeat_interval_ms,
                      [this] { beat(); });
}

void simulated_node::look_around() {
  for (auto& [name, x] : partitions_)
    x->look_around();
  world_.network().at(self_, look_interval_ms, [this] { look_around(); });
}

simulated_partition*
simulated_node::find(const storage::topic_partition& name) {
  auto i = partitions_.find(name);
  return i == partitions_.end() ? nullptr : i->second.get();
}

/// Made leader in an earlier life, the node may have lost what it wrote then:
/// it leads only once the controller knows of the new life.
cluster::partition_registration
simulated_node::registration_in(const cluster::metadata_image& image,
                                const storage::topic_partition& name) const {
  auto x = *image.find(name);
  if (x.leader == self_ && !registered())
    x.leader = cluster::no_node;
  return x;
}

void simulated_node::apply_image() {
  const auto image = world_.image_of(self_);
  close_missing(*image);
  for (const auto& [topic_name, topic] : image->topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      storage::topic_partition name{topic_name, static_cast<int32_t>(i)};
      const auto& replicas = topic->partitions[i].replicas;
      if (std::find(replicas.begin(), replicas.end(), self_) == replicas.end())
        continue;
      auto x = registration_in(*image, name);
      auto& here = partitions_[name];
      if (here == nullptr)
        here = std::make_unique<simulated_partition>(world_, self_, name,
                                                     *topic, x);
      else
        here->change_role(x);
    }
}

void simulated_node::close_missing(const cluster::metadata_image& image) {
  for (auto i = partitions_.begin(); i != partitions_.end();) {
    const auto* topic = image.find(i->first.topic);
    const auto* x = image.find(i->first);
    bool stays = topic != nullptr && x != nullptr
                 && topic->id == i->second->topic_id()
                 && std::find(x->replicas.begin(), x->replicas.end(), self_)
                        != x->replicas.end();
    if (!stays)
      i->second->erase();
    i = stays ? std::next(i) : partitions_.erase(i);
  }
}

} // namespace troupe::simulation
