// SPDX-License-Identifier: Apache-2.0
#include "processed_offsets.h"

namespace troupe::actors {

bool processed_offsets::processed(const storage::topic_partition& what,
                                  storage::offset_t end) {
  auto i = all_.find(what);
  if (i == all_.end() || end < 0)
    return false;
  i->second.processed = end;
  return true;
}

void processed_offsets::committed(const storage::topic_partition& what,
                                  storage::offset_t end) {
  if (auto i = all_.find(what); i != all_.end())
    i->second.committed = end;
}

std::vector<cluster::offset_commit> processed_offsets::to_commit(
    const std::function<bool(const storage::topic_partition&)>& wanted) const {
  std::vector<cluster::offset_commit> some;
  for (const auto& [what, x] : all_) {
    if (x.processed == storage::no_offset || x.processed == x.committed
        || !wanted(what))
      continue;
    auto& commit = some.emplace_back();
    commit.partition = what;
    commit.offset = x.processed;
  }
  return some;
}

std::vector<cluster::offset_commit> processed_offsets::to_commit() const {
  return to_commit([](const auto&) { return true; });
}

} // namespace troupe::actors
