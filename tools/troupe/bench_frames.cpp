// SPDX-License-Identifier: Apache-2.0
#include "bench_frames.h"

#include "bench_fields.h"

#include <string>

namespace troupe::bench {

namespace {

constexpr int16_t produce_key = 0;
constexpr int16_t fetch_key = 1;

tl::unexpected<storage::error> malformed(std::string_view api) {
  return failure(storage::errc::invalid_argument,
                 "the broker's " + std::string(api)
                     + " response is not one topic with one partition");
}

} // namespace

produce_frame::produce_frame(std::string_view topic, int16_t acks,
                             int32_t timeout_ms,
                             std::span<const std::byte> batch)
    : bytes_(begin_request(produce_key, produce_version)) {
  append(bytes_, int16_t{-1}); // transactional id: null
  append(bytes_, acks);
  append(bytes_, timeout_ms);
  append(bytes_, int32_t{1});
  append(bytes_, topic);
  append(bytes_, int32_t{1});
  partition_position_ = bytes_.size();
  append(bytes_, int32_t{0});
  append(bytes_, static_cast<int32_t>(batch.size()));
  batch_position_ = bytes_.size();
  bytes_.insert(bytes_.end(), batch.begin(), batch.end());
  put_size(bytes_);
}

void produce_frame::correlation_id(int32_t x) {
  put(bytes_.data() + correlation_position, x);
}

void produce_frame::partition(int32_t x) {
  put(bytes_.data() + partition_position_, x);
}

std::span<std::byte> produce_frame::batch() {
  return std::span(bytes_).subspan(batch_position_);
}

fetch_frame::fetch_frame(std::string_view topic, const fetch_limits& limits)
    : bytes_(begin_request(fetch_key, fetch_version)) {
  append(bytes_, int32_t{-1}); // replica id: a consumer
  append(bytes_, limits.max_wait_ms);
  append(bytes_, limits.min_bytes);
  append(bytes_, limits.partition_max_bytes);
  append(bytes_, int8_t{0});   // isolation level
  append(bytes_, int32_t{0});  // session id
  append(bytes_, int32_t{-1}); // session epoch: no session
  append(bytes_, int32_t{1});
  append(bytes_, topic);
  append(bytes_, int32_t{1});
  partition_position_ = bytes_.size();
  append(bytes_, int32_t{0});  // partition
  append(bytes_, int32_t{-1}); // current leader epoch
  append(bytes_, int64_t{0});  // fetch offset
  append(bytes_, int64_t{-1}); // log start offset
  append(bytes_, limits.partition_max_bytes);
  append(bytes_, int32_t{0}); // forgotten topics
  append(bytes_, std::string_view());
  put_size(bytes_);
}

void fetch_frame::correlation_id(int32_t x) {
  put(bytes_.data() + correlation_position, x);
}

void fetch_frame::partition(int32_t x) {
  put(bytes_.data() + partition_position_, x);
}

void fetch_frame::offset(int64_t x) {
  put(bytes_.data() + partition_position_ + 2 * sizeof(int32_t), x);
}

result<produce_answer> parse_produce_answer(std::span<const std::byte> frame) {
  field_reader in(frame);
  produce_answer answer;
  answer.correlation_id = in.get<int32_t>();
  auto topics = in.get<int32_t>();
  in.skip_string();
  auto partitions = in.get<int32_t>();
  in.get<int32_t>();
  answer.error_code = in.get<int16_t>();
  answer.base_offset = in.get<int64_t>();
  if (!in.complete() || topics != 1 || partitions != 1)
    return malformed("Produce");
  return answer;
}

result<fetch_answer> parse_fetch_answer(std::span<const std::byte> frame) {
  field_reader in(frame);
  fetch_answer answer;
  answer.correlation_id = in.get<int32_t>();
  in.get<int32_t>(); // throttle time
  auto error_code = in.get<int16_t>();
  in.get<int32_t>(); // session id
  auto topics = in.get<int32_t>();
  if (error_code != 0 && in.complete()) {
    answer.error_code = error_code;
    return answer;
  }
  in.skip_string();
  auto partitions = in.get<int32_t>();
  in.get<int32_t>();
  answer.error_code = in.get<int16_t>();
  answer.high_watermark = in.get<int64_t>();
  in.get<int64_t>(); // last stable offset
  answer.log_start_offset = in.get<int64_t>();
  auto aborted = in.length(in.get<int32_t>());
  in.take(aborted * 2 * sizeof(int64_t));
  in.get<int32_t>(); // preferred read replica
  answer.records = in.take(in.length(in.get<int32_t>()));
  if (!in.complete() || topics != 1 || partitions != 1)
    return malformed("Fetch");
  return answer;
}

} // namespace troupe::bench
