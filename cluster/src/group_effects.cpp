// SPDX-License-Identifier: Apache-2.0
#include <group_refusals.h>
#include <troupe/cluster/group_effects.h>

namespace troupe::cluster {

namespace {

struct refusal_maker {
  group_error error;

  // The client may use the id again: it is known or will be refused.
  join_answer operator()(const join_answer& x) const {
    return refuse_join(error, x.member_id);
  }
  sync_answer operator()(const sync_answer&) const {
    return refuse_sync(error);
  }
  heartbeat_answer operator()(const heartbeat_answer&) const { return {error}; }
  leave_answer operator()(const leave_answer&) const { return {error, {}}; }
  commit_answer operator()(const commit_answer&) const { return {error, {}}; }
  delete_offsets_answer operator()(const delete_offsets_answer&) const {
    return {error, {}};
  }
  delete_group_answer operator()(const delete_group_answer&) const {
    return {error};
  }
  consumer_heartbeat_answer operator()(const consumer_heartbeat_answer&) const {
    consumer_heartbeat_answer x;
    x.error = error;
    return x;
  }
};

} // namespace

group_answer refused(const group_answer& x, group_error error) {
  group_answer answer{x.ticket, {}};
  std::visit(
      [&](const auto& what) { answer.what = refusal_maker{error}(what); },
      x.what);
  return answer;
}

} // namespace troupe::cluster
