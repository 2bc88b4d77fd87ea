// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/record_batch.h>

#include "byte_reader.h"

#include <string>
#include <utility>

namespace troupe::storage {

namespace {

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Foreign values may lie anywhere: sums wrap instead of being undefined.
int64_t wrapping_sum(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              + static_cast<uint64_t>(y));
}

std::optional<std::string_view> read_nullable(byte_reader& in) {
  auto size = in.varint();
  if (size == -1)
    return std::nullopt;
  if (size < 0) {
    in.fail();
    return std::nullopt;
  }
  return as_text(in.take(static_cast<size_t>(size)));
}

void read_headers(byte_reader& in, std::vector<record_field>& into) {
  into.clear();
  auto count = in.varint();
  // Each takes two bytes at least, so a false count ends with the bytes.
  if (count < 0)
    in.fail();
  for (int32_t i = 0; i < count && in.ok(); ++i) {
    auto key = read_nullable(in);
    auto value = read_nullable(in);
    if (!key)
      in.fail();
    else if (in.ok())
      into.push_back({*key, value});
  }
}

/// length | attributes | timestamp delta | offset delta | key | value |
/// headers; the length counts what follows it.
bool read_record(byte_reader& in, const batch_header& header,
                 record_view& into) {
  auto size = in.varint();
  if (!in.ok() || size < 0)
    return false;
  byte_reader body{in.take(static_cast<size_t>(size))};
  if (!in.ok())
    return false;
  static_cast<void>(body.integer<int8_t>());
  auto timestamp_delta = body.varlong();
  auto offset_delta = body.varint();
  into.key = read_nullable(body);
  into.value = read_nullable(body);
  read_headers(body, into.headers);
  if (!body.ok() || body.left() != 0)
    return false;
  if (offset_delta < 0 || offset_delta > header.last_offset_delta)
    return false;
  into.offset = wrapping_sum(header.base_offset, offset_delta);
  into.timestamp = header.log_append_time()
                       ? header.max_timestamp
                       : wrapping_sum(header.base_timestamp, timestamp_delta);
  return true;
}

result<void>
visit_records(const batch_header& header, std::span<const std::byte> records,
              const std::function<bool(const record_view&)>& visit) {
  byte_reader in{records};
  record_view record;
  for (int32_t i = 0; i < header.records_count; ++i) {
    if (!read_record(in, header, record))
      return failure(errc::corrupt_batch, "read records: record "
                                              + std::to_string(i)
                                              + " is malformed");
    if (!visit(record))
      return {};
  }
  if (in.left() != 0)
    return failure(errc::corrupt_batch,
                   "read records: bytes are left after the last record");
  return {};
}

} // namespace

result<void>
for_each_record(std::span<const std::byte> batch, size_t decompressed_bytes_max,
                const std::function<bool(const record_view&)>& visit) {
  auto header = parse_batch_header(batch);
  if (!header)
    return failure(std::move(header).error());
  if (header->size_bytes() > batch.size())
    return failure(errc::corrupt_batch, "read records: the batch is cut off");
  if (header->records_count < 0)
    return failure(errc::corrupt_batch, "read records: negative count");
  auto records = batch.first(header->size_bytes()).subspan(batch_header_bytes);
  auto with = static_cast<codec>(header->codec_bits());
  // What the cleaner emptied holds no blob, whatever its codec says.
  if (with == codec::none || (header->records_count == 0 && records.empty()))
    return visit_records(*header, records, visit);
  auto plain = decompress(with, records, decompressed_bytes_max);
  if (!plain)
    return failure(std::move(plain).error());
  return visit_records(*header, *plain, visit);
}

} // namespace troupe::storage
