// SPDX-License-Identifier: Apache-2.0
#include "group_coordinator_actor.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace troupe::actors {

namespace {

/// Whose commits are read from the view while members wait.
constexpr size_t groups_per_page = 20;

} // namespace

commits_listed group_coordinator_state::on_list_commits(const list_commits& x) {
  commits_listed answer;
  auto after = x.after_group;
  auto groups_left = groups_per_page;
  for (auto i = x.offsets_partition; i < partitions_.size(); ++i) {
    if (!list_some(*partitions_[i], after, groups_left, answer)) {
      answer.next = list_commits{i, std::move(after)};
      break;
    }
    after.reset();
  }
  return answer;
}

bool group_coordinator_state::list_some(hosted& x,
                                        std::optional<std::string>& after,
                                        size_t& groups_left,
                                        commits_listed& answer) {
  if (x.shard.state() != group_shard::phase::serving)
    return true;
  for (const auto& group : x.shard.groups().list()) {
    // In the order of their names.
    if (after && group.group_id <= *after)
      continue;
    if (groups_left == 0)
      return false;
    auto commits = x.shard.acknowledged(group.group_id);
    if (!commits) {
      fail(x, commits.error().message);
      return true;
    }
    std::move(commits->begin(), commits->end(),
              std::back_inserter(answer.commits));
    after = group.group_id;
    --groups_left;
  }
  return true;
}

} // namespace troupe::actors
