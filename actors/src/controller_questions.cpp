// SPDX-License-Identifier: Apache-2.0
#include "controller_questions.h"

#include <troupe/cluster/policy_placement.h>

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

/// Whether the node may be the very one whose death got this controller
/// elected: the session that it has is a present.
bool silent(const cluster::node_registration& x,
            const cluster::failure_detector& sessions) {
  return !x.fenced && !x.incarnation.is_nil() && !sessions.alive(x.id);
}

/// Places new replicas on nodes that have spoken, if these are enough.
template <class Place>
cluster::outcome
place_on_living(const cluster::metadata_image& image,
                const cluster::failure_detector& sessions, Place place) {
  auto living = image;
  bool all_living = true;
  for (auto& [id, node] : living.nodes)
    if (silent(node, sessions)) {
      node.fenced = true;
      all_living = false;
    }
  if (!all_living)
    if (auto made = place(living); made.verdict.ok())
      return made;
  return place(image);
}

/// Where the policy wants what was decided; who asks for nodes gets these.
cluster::outcome with_policy(const deciding_core& core, bool asks_for_nodes,
                             const cluster::metadata_image& image,
                             cluster::outcome decided) {
  if (core.placement == nullptr || asks_for_nodes)
    return decided;
  return cluster::apply_policy(*core.placement, image, std::move(decided));
}

} // namespace

pending_decision to_pending(const deciding_core& core, const create_topics& x) {
  return each(x.topics, [core](const auto& image, const auto& y) {
    return place_on_living(image, core.sessions, [&](const auto& living) {
      return with_policy(core, !y.assignments.empty(), living,
                         core.decide.create_topic(living, y));
    });
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
    return place_on_living(image, core.sessions, [&](const auto& living) {
      return with_policy(core, y.assignments.has_value(), living,
                         core.decide.create_partitions(living, y));
    });
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
