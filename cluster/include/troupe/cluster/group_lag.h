// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/group_record.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// How many records groups have still to read, from what they committed and
/// how far the partitions are. Made for one look and thrown away; used by one
/// thread.
class group_lag {
public:
  /// Clients name groups as they like and make as many as they like; a monitor
  /// keeps every name that it ever heard.
  struct bounds {
    /// Groups and partitions taken in.
    size_t series_max = 10000;
    /// Of the name of a group.
    size_t group_bytes_max = 256;
  };

  /// One group and partition.
  struct series {
    std::string group;
    storage::topic_partition partition;
    int64_t lag_records = 0;

    bool operator==(const series&) const = default;
  };

  /// For one report; takes in no more than the bounds.
  explicit group_lag(bounds x) : bounds_(x) {}

  /// Too many are left out, and groups whose name is too long or not UTF-8.
  void add(const offset_commit& x);
  /// Nothing more is taken in.
  bool full() const noexcept { return offsets_.size() >= bounds_.series_max; }

  /// Whose high watermarks are needed.
  std::vector<storage::topic_partition> partitions() const;
  /// Of a partition that `partitions` named; others are ignored by the report.
  void know_high_watermark(const storage::topic_partition& partition,
                           storage::offset_t high_watermark);

  /// In the order of groups and partitions, without those partitions whose high
  /// watermark is not known. A high watermark may be older than the commit:
  /// nothing is behind then.
  std::vector<series> report() const;
  /// Offsets that were not taken in.
  uint64_t left_out() const noexcept { return left_out_; }

private:
  bounds bounds_;
  std::map<std::pair<std::string, storage::topic_partition>, storage::offset_t>
      offsets_;
  std::map<storage::topic_partition, storage::offset_t> high_watermarks_;
  uint64_t left_out_ = 0;
};

/// Whether these bytes are UTF-8 as RFC 3629 has it.
bool is_utf8(std::string_view bytes) noexcept;

} // namespace troupe::cluster

#pragma GCC visibility pop
