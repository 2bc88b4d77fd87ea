// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_batch.h"
#include "bench_cluster.h"
#include "bench_driver.h"
#include "bench_frames.h"
#include "bench_histogram.h"
#include "bench_produce.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe::bench {

/// Written into the first value of a batch.
struct stamp {
  /// Tells this run's batches from others'.
  uint64_t run_id = 0;
  /// When the batch ought to leave.
  nanoseconds intended = 0;
};

inline constexpr size_t stamp_bytes = 16;

/// What the producer and the consumer of one partition share.
struct flow {
  std::atomic<uint64_t> batches_acknowledged = 0;
  std::atomic<bool> producer_ended = false;
};

/// Produces batches that carry the time at which they ought to have left.
class stamped_producer : public produce_source {
public:
  stamped_producer(const bench_options& options, const batch_template& batch,
                   int32_t partition, const quota& limit, uint64_t run_id,
                   std::shared_ptr<flow> shared);

  result<amount>
  on_answer(std::span<const std::byte> frame, nanoseconds now) override;
  result<void> on_end() override;

protected:
  void finish_batch(std::span<std::byte> batch, nanoseconds intended) override;

private:
  size_t value_position_;
  uint64_t run_id_;
  std::shared_ptr<flow> shared_;
};

/// Follows the end of a partition until every stamped batch has come.
class stamped_consumer : public request_source {
public:
  stamped_consumer(const bench_options& options, const batch_template& batch,
                   const bench_partition& partition, uint64_t run_id,
                   std::shared_ptr<flow> shared);

  /// Batches that ought to have left earlier are not measured.
  void measure_from(nanoseconds x) { measure_from_ = x; }

  std::optional<request>
  next(int32_t correlation_id, nanoseconds intended) override;
  result<amount>
  on_answer(std::span<const std::byte> frame, nanoseconds now) override;
  result<void> on_end() override;

  /// From the intended time of sending to the receipt, one count per batch.
  const histogram& latency() const noexcept { return latency_; }

private:
  void on_batch(std::span<const std::byte> batch, nanoseconds now);

  std::string topic_;
  fetch_frame frame_;
  int32_t partition_;
  storage::offset_t position_;
  size_t batch_bytes_;
  size_t value_position_;
  uint64_t run_id_;
  std::shared_ptr<flow> shared_;
  nanoseconds measure_from_ = 0;
  uint64_t batches_received_ = 0;
  histogram latency_;
};

} // namespace troupe::bench
