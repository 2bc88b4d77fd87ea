// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_effects.h>
#include <troupe/cluster/group_error.h>

#include <string>
#include <utility>

namespace troupe::cluster {

/// `member_id` is what the client shall call itself next time; empty makes it
/// ask for a new one.
inline join_answer refuse_join(group_error error, std::string member_id) {
  join_answer x;
  x.error = error;
  x.member_id = std::move(member_id);
  return x;
}

inline sync_answer refuse_sync(group_error error) {
  sync_answer x;
  x.error = error;
  return x;
}

} // namespace troupe::cluster
