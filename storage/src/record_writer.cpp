// SPDX-License-Identifier: Apache-2.0
#include "record_writer.h"

#include "varint.h"

#include <troupe/storage/assert.h>

#include <limits>
#include <memory>
#include <utility>

namespace troupe::storage {

namespace {

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

void append_record(std::vector<std::byte>& to, int64_t timestamp_delta,
                   int32_t offset_delta,
                   const std::optional<std::string_view>& key,
                   const std::optional<std::string_view>& value,
                   std::span<const record_field> headers) {
  auto headers_count = static_cast<int64_t>(headers.size());
  auto size = 1 + varint_bytes(timestamp_delta) + varint_bytes(offset_delta)
              + nullable_bytes(key) + nullable_bytes(value)
              + varint_bytes(headers_count);
  for (const auto& x : headers)
    size += nullable_bytes(x.key) + nullable_bytes(x.value);
  append_varint(to, static_cast<int64_t>(size));
  to.push_back(std::byte{0});
  append_varint(to, timestamp_delta);
  append_varint(to, offset_delta);
  append_nullable(to, key);
  append_nullable(to, value);
  append_varint(to, headers_count);
  for (const auto& x : headers) {
    append_nullable(to, x.key);
    append_nullable(to, x.value);
  }
}

buffer join_batch(batch_header header, std::span<const std::byte> records) {
  auto size = batch_header_bytes + records.size();
  ASSERT(size <= static_cast<size_t>(std::numeric_limits<int32_t>::max()));
  header.batch_length = static_cast<int32_t>(size - batch_prefix_bytes);
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
