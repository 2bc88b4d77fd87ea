// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/record_batch.h>

#include "big_endian.h"
#include "byte_reader.h"

#include <limits>
#include <string>

namespace troupe::storage {

namespace {

constexpr int32_t batch_length_min = batch_header_bytes - batch_prefix_bytes;
/// The CRC covers everything from the attributes on.
constexpr size_t crc_start = 21;

/// Stores the fields of a header one after the other.
class header_writer {
public:
  explicit header_writer(batch_header_bytes_t& to) : to_(to.data()) {}

  template <class T>
  header_writer& put(T value) {
    store_big_endian(to_, value);
    to_ += sizeof(T);
    return *this;
  }

private:
  std::byte* to_;
};

} // namespace

int32_t batch_header::last_sequence() const noexcept {
  if (base_sequence < 0)
    return -1;
  constexpr int64_t sequences =
      int64_t{std::numeric_limits<int32_t>::max()} + 1;
  auto last = (int64_t{base_sequence} + last_offset_delta) % sequences;
  return static_cast<int32_t>(last);
}

result<batch_header> parse_batch_header(std::span<const std::byte> bytes) {
  if (bytes.size() < batch_header_bytes)
    return failure(errc::corrupt_batch, "read batch header: only "
                                            + std::to_string(bytes.size())
                                            + " bytes");
  byte_reader in{bytes.first(batch_header_bytes)};
  batch_header x;
  x.base_offset = in.integer<int64_t>();
  x.batch_length = in.integer<int32_t>();
  x.leader_epoch = in.integer<int32_t>();
  x.magic = in.integer<int8_t>();
  x.crc = in.integer<uint32_t>();
  x.attributes = in.integer<int16_t>();
  x.last_offset_delta = in.integer<int32_t>();
  x.base_timestamp = in.integer<int64_t>();
  x.max_timestamp = in.integer<int64_t>();
  x.producer_id = in.integer<int64_t>();
  x.producer_epoch = in.integer<int16_t>();
  x.base_sequence = in.integer<int32_t>();
  x.records_count = in.integer<int32_t>();
  // Magic first: an old format keeps other things where the length lies.
  if (x.magic != 2)
    return failure(errc::corrupt_batch, "read batch header: magic is "
                                            + std::to_string(x.magic)
                                            + ", not 2");
  if (x.batch_length < batch_length_min)
    return failure(errc::corrupt_batch, "read batch header: length is "
                                            + std::to_string(x.batch_length));
  return x;
}

batch_header_bytes_t encode_batch_header(const batch_header& x) {
  batch_header_bytes_t bytes;
  header_writer{bytes}
      .put(x.base_offset)
      .put(x.batch_length)
      .put(x.leader_epoch)
      .put(x.magic)
      .put(x.crc)
      .put(x.attributes)
      .put(x.last_offset_delta)
      .put(x.base_timestamp)
      .put(x.max_timestamp)
      .put(x.producer_id)
      .put(x.producer_epoch)
      .put(x.base_sequence)
      .put(x.records_count);
  return bytes;
}

uint32_t
batch_crc(const batch_header& header, std::span<const std::byte> records) {
  auto bytes = encode_batch_header(header);
  return crc32c(records, crc32c(std::span{bytes}.subspan(crc_start)));
}

} // namespace troupe::storage
