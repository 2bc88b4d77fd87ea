// SPDX-License-Identifier: Apache-2.0
#include "routing_fixture.h"

#include <utility>

namespace troupe::actors {

routing_builder::routing_builder() {
  image_.cluster_id = "test-cluster";
  image_.nodes[this_node] = {this_node, "broker.example", 9092, ""};
}

routing_builder& routing_builder::topic(const std::string& name, uint8_t id,
                                        int partitions, partition_actor actor,
                                        cluster::config_map configs) {
  auto topic = std::make_shared<cluster::topic_image>();
  topic->name = name;
  topic->id = id_of(id);
  topic->configs = std::move(configs);
  auto route = std::make_shared<topic_route>();
  for (int i = 0; i < partitions; ++i) {
    topic->partitions.push_back({this_node, 3, {this_node}, {this_node}});
    route->partitions.push_back({actor, 0, actor == nullptr});
  }
  route->topic = topic;
  image_.topics[name] = topic;
  image_.topics_by_id[topic->id] = topic;
  routes_.topics[name] = route;
  routes_.by_id[topic->id] = route;
  return *this;
}

cluster::topic_image& routing_builder::edit(const std::string& topic) {
  auto route = std::make_shared<topic_route>(*routes_.topics.at(topic));
  auto changed = std::make_shared<cluster::topic_image>(*route->topic);
  route->topic = changed;
  image_.topics_by_id[changed->id] = changed;
  image_.topics[topic] = changed;
  routes_.by_id[changed->id] = route;
  routes_.topics[topic] = std::move(route);
  return *changed;
}

routing_builder& routing_builder::led_by(const std::string& topic,
                                         cluster::node_id leader,
                                         cluster::leader_epoch_t epoch) {
  for (auto& x : edit(topic).partitions) {
    x.leader = leader;
    x.leader_epoch = epoch;
    x.replicas = x.isr = {leader, this_node};
    if (leader == this_node || leader == cluster::no_node)
      x.replicas = x.isr = {this_node};
  }
  return *this;
}

routing_builder&
routing_builder::replicated_by(const std::string& topic,
                               std::vector<cluster::node_id> replicas) {
  for (auto& x : edit(topic).partitions) {
    x.leader = replicas.front();
    x.replicas = x.isr = replicas;
  }
  return *this;
}

routing_builder&
routing_builder::moving(const std::string& topic,
                        std::vector<cluster::node_id> adding,
                        std::vector<cluster::node_id> removing) {
  for (auto& x : edit(topic).partitions) {
    x.replicas.insert(x.replicas.end(), adding.begin(), adding.end());
    x.adding = adding;
    x.removing = removing;
  }
  return *this;
}

routing_builder& routing_builder::viewed_through(const std::string& topic,
                                                 view_desk_actor views) {
  auto route = std::make_shared<topic_route>(*routes_.topics.at(topic));
  route->views = std::move(views);
  routes_.by_id[route->topic->id] = route;
  routes_.topics[topic] = std::move(route);
  return *this;
}

routing_builder& routing_builder::node(cluster::node_registration x) {
  auto id = x.id;
  image_.nodes[id] = std::move(x);
  return *this;
}

std::shared_ptr<const routing> routing_builder::build() const {
  auto routes = std::make_shared<routing>(routes_);
  routes->image = std::make_shared<const cluster::metadata_image>(image_);
  return routes;
}

} // namespace troupe::actors
