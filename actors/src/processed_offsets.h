// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_record.h>
#include <troupe/storage/types.h>

#include <functional>
#include <map>
#include <vector>

namespace troupe::actors {

/// How far a member of a group is with its partitions, and how much of that is
/// committed. Knows no actor and no time.
class processed_offsets {
public:
  /// The partition is the member's; nothing of it is processed yet.
  void begin(const storage::topic_partition& what) { all_[what]; }
  /// It is not any more.
  void end(const storage::topic_partition& what) { all_.erase(what); }
  void clear() noexcept { all_.clear(); }

  /// False, and nothing happens, when the member does not have the partition.
  bool processed(const storage::topic_partition& what, storage::offset_t end);
  void committed(const storage::topic_partition& what, storage::offset_t end);

  /// What differs from what is committed, of the partitions that `wanted` is
  /// true for.
  std::vector<cluster::offset_commit> to_commit(
      const std::function<bool(const storage::topic_partition&)>& wanted) const;
  std::vector<cluster::offset_commit> to_commit() const;

private:
  struct progress {
    storage::offset_t processed = storage::no_offset;
    storage::offset_t committed = storage::no_offset;
  };

  std::map<storage::topic_partition, progress> all_;
};

} // namespace troupe::actors
