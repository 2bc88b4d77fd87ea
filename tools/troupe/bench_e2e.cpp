// SPDX-License-Identifier: Apache-2.0
#include "bench_e2e.h"

#include "bench_broker.h"
#include "bench_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace troupe::bench {

static_assert(sizeof(stamp) == stamp_bytes);

stamped_producer::stamped_producer(const bench_options& options,
                                   const batch_template& batch,
                                   int32_t partition, const quota& limit,
                                   uint64_t run_id,
                                   std::shared_ptr<flow> shared)
    : produce_source(options, batch, {partition}, limit),
      value_position_(batch.value_position), run_id_(run_id),
      shared_(std::move(shared)) {}

void stamped_producer::finish_batch(std::span<std::byte> batch,
                                    nanoseconds intended) {
  stamp x{run_id_, intended};
  patch_stamp(batch, value_position_, std::as_bytes(std::span(&x, 1)));
}

result<amount>
stamped_producer::on_answer(std::span<const std::byte> frame, nanoseconds now) {
  auto worth = produce_source::on_answer(frame, now);
  if (worth)
    ++shared_->batches_acknowledged;
  return worth;
}

result<void> stamped_producer::on_end() {
  shared_->producer_ended = true;
  return {};
}

stamped_consumer::stamped_consumer(const bench_options& options,
                                   const batch_template& batch,
                                   const bench_partition& partition,
                                   uint64_t run_id,
                                   std::shared_ptr<flow> shared)
    : topic_(options.topic),
      frame_(options.topic, {options.max_wait_ms, options.min_bytes,
                             static_cast<int32_t>(options.fetch_bytes)}),
      partition_(partition.index), position_(partition.end_offset),
      batch_bytes_(batch.bytes.size()), value_position_(batch.value_position),
      run_id_(run_id), shared_(std::move(shared)) {}

std::optional<request>
stamped_consumer::next(int32_t correlation_id, nanoseconds) {
  if (shared_->producer_ended
      && batches_received_ >= shared_->batches_acknowledged)
    return std::nullopt;
  frame_.correlation_id(correlation_id);
  frame_.partition(partition_);
  frame_.offset(position_);
  return request{frame_.bytes()};
}

result<amount>
stamped_consumer::on_answer(std::span<const std::byte> frame, nanoseconds now) {
  auto answer = parse_fetch_answer(frame);
  if (!answer)
    return tl::unexpected(answer.error());
  if (answer->error_code != 0)
    return broker_error(
        fmt::format("fetch {}-{} at offset {}", topic_, partition_, position_),
        answer->error_code);
  auto walked =
      walk_batches(answer->records, position_,
                   [&](const auto&, auto batch) { on_batch(batch, now); });
  if (!walked)
    return tl::unexpected(walked.error());
  position_ = std::max(position_, walked->next_offset);
  return amount{walked->bytes, walked->records};
}

void stamped_consumer::on_batch(std::span<const std::byte> batch,
                                nanoseconds now) {
  if (batch.size() != batch_bytes_)
    return;
  stamp x;
  std::memcpy(&x, batch.data() + value_position_, stamp_bytes);
  if (x.run_id != run_id_)
    return;
  ++batches_received_;
  if (x.intended >= measure_from_)
    latency_.record(
        static_cast<uint64_t>(std::max<nanoseconds>(now - x.intended, 0)));
}

result<void> stamped_consumer::on_end() {
  auto expected = shared_->batches_acknowledged.load();
  if (shared_->producer_ended && batches_received_ >= expected)
    return {};
  return failure(storage::errc::io,
                 fmt::format("{} of {} acknowledged batches of {}-{} arrived "
                             "within --timeout",
                             batches_received_, expected, topic_, partition_));
}

} // namespace troupe::bench
