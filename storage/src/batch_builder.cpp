// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/record_batch.h>

#include <troupe/storage/assert.h>

#include "varint.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

namespace troupe::storage {

namespace {

constexpr int16_t codec_mask = 0x07;

size_t nullable_bytes(const std::optional<std::string_view>& x) {
  if (!x)
    return 1;
  return varint_bytes(static_cast<int64_t>(x->size())) + x->size();
}

void append_nullable(std::vector<std::byte>& to,
                     const std::optional<std::string_view>& x) {
  append_varint(to, x ? static_cast<int64_t>(x->size()) : -1);
  if (!x)
    return;
  auto* first = reinterpret_cast<const std::byte*>(x->data());
  to.insert(to.end(), first, first + x->size());
}

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
  auto headers_count = static_cast<int64_t>(headers.size());
  auto size = 1 + varint_bytes(timestamp_delta) + varint_bytes(count_)
              + nullable_bytes(key) + nullable_bytes(value)
              + varint_bytes(headers_count);
  for (const auto& x : headers)
    size += nullable_bytes(x.key) + nullable_bytes(x.value);
  append_varint(records_, static_cast<int64_t>(size));
  records_.push_back(std::byte{0});
  append_varint(records_, timestamp_delta);
  append_varint(records_, count_);
  append_nullable(records_, key);
  append_nullable(records_, value);
  append_varint(records_, headers_count);
  for (const auto& x : headers) {
    append_nullable(records_, x.key);
    append_nullable(records_, x.value);
  }
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
  auto size = batch_header_bytes + records.size();
  ASSERT(size <= static_cast<size_t>(std::numeric_limits<int32_t>::max()));
  auto header = header_;
  header.batch_length = static_cast<int32_t>(size - batch_prefix_bytes);
  header.attributes =
      static_cast<int16_t>(header.attributes | static_cast<int16_t>(codec_));
  header.last_offset_delta = count_ - 1;
  header.records_count = count_;
  header.crc = batch_crc(header, records);
  auto whole = std::make_shared<std::vector<std::byte>>();
  whole->reserve(size);
  auto head = encode_batch_header(header);
  whole->insert(whole->end(), head.begin(), head.end());
  whole->insert(whole->end(), records.begin(), records.end());
  std::span<const std::byte> bytes = *whole;
  return buffer{std::move(whole), bytes};
}

} // namespace troupe::storage
