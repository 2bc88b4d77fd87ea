// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decision_round.h"

#include <troupe/actors/messages/metadata.h>
#include <troupe/cluster/failure_detector.h>
#include <troupe/cluster/placement_policy.h>

namespace troupe::actors {

/// What decides, and whom it knows to be alive.
struct deciding_core {
  cluster::controller& decide;
  cluster::failure_detector& sessions;
  /// Places new partitions; null: the core does.
  cluster::placement_policy* placement = nullptr;
};

/// What the core decides for each kind of question. What `core` refers to must
/// outlive the result, which has everything but `done`.
pending_decision to_pending(const deciding_core& core, const create_topics& x);
pending_decision to_pending(const deciding_core& core, const delete_topics& x);
pending_decision
to_pending(const deciding_core& core, const create_partitions& x);
pending_decision to_pending(const deciding_core& core, const alter_configs& x);
pending_decision
to_pending(const deciding_core& core, const alter_reassignments& x);
pending_decision to_pending(const deciding_core& core, const elect_leaders& x);
pending_decision to_pending(const deciding_core& core, const remove_node& x);
pending_decision to_pending(const deciding_core& core, const register_node& x);

/// Whether the question only asks what would be decided: any node can answer.
inline bool only_validates(const create_topics& x) {
  return x.validate_only;
}
inline bool only_validates(const create_partitions& x) {
  return x.validate_only;
}
inline bool only_validates(const alter_configs& x) {
  return x.validate_only;
}
inline bool only_validates(const delete_topics&) {
  return false;
}
inline bool only_validates(const alter_reassignments&) {
  return false;
}
inline bool only_validates(const elect_leaders&) {
  return false;
}
inline bool only_validates(const remove_node&) {
  return false;
}
inline bool only_validates(const register_node&) {
  return false;
}

} // namespace troupe::actors
