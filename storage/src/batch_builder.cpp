// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/record_batch.h>

#include <troupe/storage/assert.h>

#include "record_writer.h"

#include <algorithm>
#include <utility>

namespace troupe::storage {

namespace {

constexpr int16_t codec_mask = 0x07;

} // namespace

batch_builder& batch_builder::add(timestamp_ms timestamp,
                                  std::optional<std::string_view> key,
                                  std::optional<std::string_view> value,
                                  std::span<const record_field> headers) {
  if (count_ == 0) {
    header_.base_timestamp = timestamp;
    header_.max_timestamp = timestamp;
  }
  header_.max_timestamp = std::max(header_.max_timestamp, timestamp);
  auto timestamp_delta =
      static_cast<int64_t>(static_cast<uint64_t>(timestamp)
                           - static_cast<uint64_t>(header_.base_timestamp));
  append_record(records_, timestamp_delta, count_, key, value, headers);
  ++count_;
  return *this;
}

batch_builder& batch_builder::producer(producer_id_t id, producer_epoch_t epoch,
                                       int32_t base_sequence) {
  header_.producer_id = id;
  header_.producer_epoch = epoch;
  header_.base_sequence = base_sequence;
  return *this;
}

batch_builder& batch_builder::base_offset(offset_t x) {
  header_.base_offset = x;
  return *this;
}

batch_builder& batch_builder::leader_epoch(leader_epoch_t x) {
  header_.leader_epoch = x;
  return *this;
}

batch_builder& batch_builder::attributes(int16_t bits) {
  header_.attributes = static_cast<int16_t>(bits & ~codec_mask);
  return *this;
}

buffer batch_builder::build() const {
  ASSERT(count_ > 0);
  std::span<const std::byte> records = records_;
  std::vector<std::byte> packed;
  if (codec_ != codec::none) {
    auto compressed = compress(codec_, records_);
    ASSERT(compressed.has_value());
    packed = std::move(*compressed);
    records = packed;
  }
  auto header = header_;
  header.attributes =
      static_cast<int16_t>(header.attributes | static_cast<int16_t>(codec_));
  header.last_offset_delta = count_ - 1;
  header.records_count = count_;
  return join_batch(header, records);
}

} // namespace troupe::storage
