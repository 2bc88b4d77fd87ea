// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/batch_rewrite.h>

#include <troupe/storage/assert.h>

#include "record_writer.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace troupe::storage {

namespace {

constexpr int16_t codec_mask = 0x07;

/// Foreign timestamps may lie anywhere: differences wrap.
int64_t wrapping_difference(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              - static_cast<uint64_t>(y));
}

} // namespace

void batch_rewriter::add(const record_view& x) {
  auto delta = wrapping_difference(x.offset, header_.base_offset);
  ASSERT(delta >= 0);
  ASSERT(delta <= header_.last_offset_delta);
  largest_ = count_ == 0 ? x.timestamp : std::max(largest_, x.timestamp);
  append_record(records_,
                wrapping_difference(x.timestamp, header_.base_timestamp),
                static_cast<int32_t>(delta), x.key, x.value, x.headers);
  ++count_;
}

result<buffer> batch_rewriter::build() const {
  auto header = header_;
  header.records_count = count_;
  if (count_ == 0) {
    header.attributes = static_cast<int16_t>(header.attributes & ~codec_mask);
    return join_batch(header, {});
  }
  header.max_timestamp = largest_;
  std::span<const std::byte> records = records_;
  std::vector<std::byte> packed;
  if (header.codec_bits() != 0) {
    auto done = compress(static_cast<codec>(header.codec_bits()), records_);
    if (!done)
      return failure(std::move(done.error()));
    packed = std::move(*done);
    records = packed;
  }
  constexpr auto bytes_max =
      static_cast<size_t>(std::numeric_limits<int32_t>::max());
  if (records.size() > bytes_max - batch_header_bytes)
    return failure(errc::batch_too_large,
                   "rewrite batch: " + std::to_string(records.size())
                       + " bytes of records");
  return join_batch(header, records);
}

} // namespace troupe::storage
