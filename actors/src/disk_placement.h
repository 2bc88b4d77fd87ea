// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace troupe::actors {

/// A partition directory that was there when the node started.
struct found_log {
  storage::topic_partition name;
  storage::uuid topic_id;
  size_t directory = 0;
};

/// Which data directory each partition of a node lies in, and which of them
/// can take new ones.
class disk_placement {
public:
  /// One element of `online` per directory: whether its disk is there.
  disk_placement(const std::vector<bool>& online,
                 const std::vector<found_log>& found);

  /// The directory of a partition that existed before the start. One that is
  /// nowhere lies in the directory that failed, and must not be born again
  /// empty elsewhere.
  size_t directory_of(const storage::topic_partition& name) const;

  /// The directory for a log that is to be made: where a disk is, rather one
  /// without failures, and there where the fewest partitions are.
  size_t directory_for_new() const;

  void add(size_t directory) { ++all_[directory].partitions; }
  void remove(size_t directory) { --all_[directory].partitions; }

  /// A partition of the directory cannot be served (any more).
  void mark_failed(size_t directory) { ++all_[directory].failed; }
  void unmark_failed(size_t directory) { --all_[directory].failed; }

  bool online(size_t directory) const { return all_[directory].online; }

  /// Its disk is there and no partition in it has failed.
  bool healthy(size_t directory) const {
    return all_[directory].online && all_[directory].failed == 0;
  }

private:
  struct directory_use {
    bool online = true;
    size_t partitions = 0;
    size_t failed = 0;
  };

  std::vector<directory_use> all_;
  std::unordered_map<storage::topic_partition, size_t> found_;
};

} // namespace troupe::actors
