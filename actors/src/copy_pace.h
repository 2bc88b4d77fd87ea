// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_image.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace troupe::actors {

/// Holds what a node copies of partitions that move to it below a rate. What
/// comes is paid for afterwards; until it is, nothing more is asked for. So as
/// many answers as there are partitions on the move may come at once, but over
/// time the rate holds. Shared by the replicas on all lanes: thread safe.
class copy_pace {
public:
  explicit copy_pace(int64_t bytes_per_second);

  /// How long nothing may be asked for. Times are of a clock that never goes
  /// back.
  int64_t wait_ms(int64_t now_ms) const noexcept;
  /// So much came.
  void pay(size_t bytes, int64_t now_ms) noexcept;

private:
  int64_t bytes_per_second_;
  /// When everything that came is paid for.
  std::atomic<int64_t> paid_until_us_;
};

/// Whether `node` has yet to become one of the partition's full replicas. Once
/// it is in sync producers wait for it, and nothing may hold it up.
bool moves_to(cluster::node_id node, const cluster::partition_registration& x);

} // namespace troupe::actors
