// SPDX-License-Identifier: Apache-2.0
#include "bench_produce.h"

#include "bench_broker.h"

#include <fmt/format.h>

#include <utility>

namespace troupe::bench {

produce_source::produce_source(const bench_options& options,
                               const batch_template& batch,
                               std::vector<int32_t> partitions,
                               const quota& limit)
    : topic_(options.topic), acks_(options.acks),
      frame_(options.topic, options.acks,
             static_cast<int32_t>(options.timeout_s * 1000), batch.bytes),
      per_batch_{batch.bytes.size(), static_cast<uint64_t>(batch.records)},
      limit_(limit), partitions_(std::move(partitions)),
      sequences_(partitions_.size()), idempotent_(options.idempotent) {}

std::optional<request>
produce_source::next(int32_t correlation_id, nanoseconds intended) {
  if (limit_.used_up(sent_))
    return std::nullopt;
  frame_.correlation_id(correlation_id);
  frame_.partition(partitions_[turn_]);
  if (idempotent_) {
    auto& sequence = sequences_[turn_];
    patch_sequence(frame_.batch(), sequence);
    // Sequences wrap from 2^31 - 1 to 0.
    sequence = static_cast<int32_t>(
        (static_cast<uint64_t>(sequence) + per_batch_.records) & 0x7fffffff);
  }
  finish_batch(frame_.batch(), intended);
  turn_ = (turn_ + 1) % partitions_.size();
  sent_.bytes += per_batch_.bytes;
  sent_.records += per_batch_.records;
  return request{frame_.bytes(), per_batch_.bytes, per_batch_.records};
}

result<amount>
produce_source::on_answer(std::span<const std::byte> frame, nanoseconds) {
  auto answer = parse_produce_answer(frame);
  if (!answer)
    return tl::unexpected(answer.error());
  if (answer->error_code != 0)
    return broker_error(fmt::format("produce to topic '{}'", topic_),
                        answer->error_code);
  return per_batch_;
}

} // namespace troupe::bench
