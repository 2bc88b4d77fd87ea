// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_batch.h"
#include "bench_driver.h"
#include "bench_frames.h"
#include "bench_options.h"

#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::bench {

/// How much one connection sends in all; 0 is no limit.
struct quota {
  uint64_t bytes = 0;
  uint64_t records = 0;

  bool used_up(const amount& x) const noexcept {
    return (bytes != 0 && x.bytes >= bytes)
           || (records != 0 && x.records >= records);
  }
};

/// Sends its batch to its partitions in turn. With `--idempotent` the batches
/// are numbered; each connection then has a producer id of its own, because
/// sequences are counted per id and partition.
class produce_source : public request_source {
public:
  produce_source(const bench_options& options, const batch_template& batch,
                 std::vector<int32_t> partitions, const quota& limit);

  std::optional<request>
  next(int32_t correlation_id, nanoseconds intended) override;
  result<amount>
  on_answer(std::span<const std::byte> frame, nanoseconds now) override;
  bool expects_answers() const override { return acks_ != 0; }

protected:
  /// Last changes to the batch before it leaves.
  virtual void finish_batch(std::span<std::byte>, nanoseconds) {}

private:
  std::string topic_;
  int16_t acks_;
  produce_frame frame_;
  amount per_batch_;
  quota limit_;
  std::vector<int32_t> partitions_;
  /// Sequence of the next batch, per entry of `partitions_`.
  std::vector<int32_t> sequences_;
  size_t turn_ = 0;
  amount sent_;
  bool idempotent_;
};

} // namespace troupe::bench
