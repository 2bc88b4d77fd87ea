// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/partition_assignment.h>

#include <cstdint>
#include <map>
#include <string_view>

namespace troupe::cluster {

/// Who may still be reading each partition of a group: its owner, until the
/// owner said that it gave the partition up. Owners are views of names that
/// live as long as they own something.
class partition_owners {
public:
  /// Takes what nobody else has and returns the rest.
  partition_assignment
  take(const partition_assignment& x, std::string_view owner);
  void release(const partition_assignment& x, std::string_view owner);
  /// The partitions of `x` that nobody but `owner` has.
  partition_assignment
  free_for(const partition_assignment& x, std::string_view owner) const;

private:
  std::map<storage::uuid, std::map<int32_t, std::string_view>> owners_;
};

} // namespace troupe::cluster
