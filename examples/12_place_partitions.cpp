// SPDX-License-Identifier: Apache-2.0
//
// You learn how to choose the nodes of new partitions: records of "eu." topics
// must stay on nodes in the EU. What cannot be done is refused, with a reason.
#include <troupe/actors/node.h>
#include <troupe/cluster/placement_policy.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using troupe::cluster::node_id;

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// The node that leads the cluster asks, so every node is given the same one.
class keep_in_region final : public troupe::cluster::placement_policy {
public:
  std::vector<std::vector<node_id>> place(const question& x) override {
    // Empty: these topics may lie wherever the broker puts them.
    if (!x.topic.starts_with("eu."))
      return {};
    std::vector<node_id> inside;
    for (auto node : x.usable)
      if (x.image.nodes.at(node).rack.starts_with("eu-"))
        inside.push_back(node);
    std::vector<std::vector<node_id>> placement(x.count);
    for (size_t i = 0; i < x.count; ++i)
      // With too few nodes the answer is short, and so refused.
      for (size_t j = 0; j < x.replication_factor && j < inside.size(); ++j)
        placement[i].push_back(inside[(x.first + i + j) % inside.size()]);
    return placement;
  }
};

/// A broker in this rack, and the outcome of making `name` in it.
troupe::result<void, troupe::actors::problem>
make_topic(const std::string& rack, const std::string& name) {
  troupe::node_options options;
  options.temporary = true;
  options.config.rack = rack;
  options.placement = std::make_shared<keep_in_region>();
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), ("a broker runs in " + rack).c_str());
  troupe::cluster::new_topic topic;
  topic.name = name;
  topic.num_partitions = 3;
  auto outcome = (*broker)->create_topic(topic);
  check((*broker)->stop().has_value(), "the broker has stopped");
  return outcome;
}

} // namespace

int main() {
  check(make_topic("eu-west", "eu.orders").has_value(),
        "a node in the EU takes eu.orders");
  check(make_topic("us-east", "orders").has_value(),
        "a node elsewhere takes orders");
  auto refused = make_topic("us-east", "eu.orders");
  check(!refused.has_value(), "a node elsewhere does not take eu.orders");
  check(refused.error().message.find("eu.orders") != std::string::npos,
        refused.error().message.c_str());
  return EXIT_SUCCESS;
}
