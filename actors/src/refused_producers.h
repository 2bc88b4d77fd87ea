// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/storage/record_batch.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace troupe::actors {

/// Producers remembered at a time; the batches of more are judged by their
/// sequence numbers alone.
inline constexpr size_t refused_producers_max = 1'000;

/// So long after a refusal its producer is expected to try that batch again.
inline constexpr int64_t refusal_kept_ms = 30'000;

/// Idempotent producers of which a batch was refused for a passing reason. They
/// have sent the next ones already; those must be refused for the same reason,
/// for they are well: told that their sequence leaves a gap, a client counts
/// its batches anew for all partitions (librdkafka), and what another one had
/// appended, and not answered yet, would be there twice. And where nothing is
/// known of a producer, the later batch would be taken for its first one.
class refused_producers {
public:
  /// The batch was refused for `why`, which passes.
  void
  note(const storage::batch_header& batch, const problem& why, int64_t now_ms);
  /// Why the batch has to be refused, too; no problem: nothing speaks against
  /// it, and if it is the one that was refused, that is forgotten.
  problem judge(const storage::batch_header& batch, int64_t now_ms);

  void clear() { by_id_.clear(); }
  bool empty() const noexcept { return by_id_.empty(); }

private:
  struct refusal {
    storage::producer_epoch_t epoch = -1;
    int32_t sequence = -1;
    problem why;
    int64_t until_ms = 0;
  };

  std::unordered_map<storage::producer_id_t, refusal> by_id_;
};

} // namespace troupe::actors
