// SPDX-License-Identifier: Apache-2.0
#include "controller_questions.h"

#include <memory>
#include <utility>

namespace troupe::actors {

namespace {

/// Each of `items` is decided by `decide(image, item)`.
template <class Item, class Decide>
pending_decision each(const std::vector<Item>& items, Decide decide) {
  auto shared = std::make_shared<const std::vector<Item>>(items);
  pending_decision x;
  x.items = shared->size();
  x.decide = [shared, decide](const cluster::metadata_image& image,
                              size_t item) {
    return decide(image, (*shared)[item]);
  };
  return x;
}

} // namespace

pending_decision to_pending(const deciding_core& core, const create_topics& x) {
  return each(x.topics, [core](const auto& image, const auto& y) {
    return core.decide.create_topic(image, y);
  });
}

pending_decision to_pending(const deciding_core& core, const delete_topics& x) {
  return each(x.topics, [core](const auto& image, const auto& y) {
    return core.decide.delete_topic(image, y);
  });
}

pending_decision
to_pending(const deciding_core& core, const create_partitions& x) {
  return each(x.topics, [core](const auto& image, const auto& y) {
    return core.decide.create_partitions(image, y);
  });
}

pending_decision to_pending(const deciding_core& core, const alter_configs& x) {
  return each(x.resources, [core](const auto& image, const auto& y) {
    return core.decide.alter_configs(image, y);
  });
}

pending_decision
to_pending(const deciding_core& core, const alter_reassignments& x) {
  return each(x.partitions, [core](const auto& image, const auto& y) {
    return core.decide.alter_reassignment(image, y);
  });
}

pending_decision to_pending(const deciding_core& core, const elect_leaders& x) {
  return each(x.partitions,
              [core, type = x.type](const auto& image, const auto& y) {
                return core.decide.elect_leader(image, y, type);
              });
}

pending_decision to_pending(const deciding_core& core, const remove_node& x) {
  return each(std::vector{x.node}, [core](const auto& image, auto node) {
    return core.decide.remove_node(image, node);
  });
}

pending_decision to_pending(const deciding_core& core, const register_node& x) {
  return each(std::vector{x.node}, [core](const auto& image, const auto& y) {
    return core.decide.register_node(image, y, core.sessions);
  });
}

} // namespace troupe::actors
