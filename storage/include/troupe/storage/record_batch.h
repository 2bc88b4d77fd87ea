// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Kafka's record batch, format v2 (magic 2), integers big-endian:
///
///   0  base_offset       i64   broker assigns; not in the CRC
///   8  batch_length      i32   bytes after this field; not in the CRC
///  12  leader_epoch      i32   broker assigns; not in the CRC
///  16  magic             i8    2
///  17  crc               u32   CRC-32C of everything from byte 21
///  21  attributes        i16   0-2 codec, 3 LogAppendTime, 4 transactional,
///                              5 control, 6 has delete horizon
///  23  last_offset_delta i32
///  27  base_timestamp    i64
///  35  max_timestamp     i64
///  43  producer_id       i64   -1 none
///  51  producer_epoch    i16   -1 none
///  53  base_sequence     i32   -1 none
///  57  records_count     i32
///  61  records                 compressed as a whole if codec != 0
inline constexpr size_t batch_header_bytes = 61;
/// base_offset and batch_length: the part that batch_length does not count.
inline constexpr size_t batch_prefix_bytes = 12;

enum class codec : uint8_t { none = 0, gzip, snappy, lz4, zstd };

/// The decoded header of one batch.
struct batch_header {
  offset_t base_offset = 0;
  int32_t batch_length = 0;
  leader_epoch_t leader_epoch = no_leader_epoch;
  int8_t magic = 2;
  uint32_t crc = 0;
  int16_t attributes = 0;
  int32_t last_offset_delta = 0;
  timestamp_ms base_timestamp = no_timestamp;
  timestamp_ms max_timestamp = no_timestamp;
  producer_id_t producer_id = no_producer_id;
  producer_epoch_t producer_epoch = -1;
  int32_t base_sequence = -1;
  int32_t records_count = 0;

  bool operator==(const batch_header&) const = default;

  /// Wraps, like `next_offset`, where foreign bytes claim impossible offsets.
  offset_t last_offset() const noexcept {
    return static_cast<offset_t>(static_cast<uint64_t>(base_offset)
                                 + static_cast<uint64_t>(last_offset_delta));
  }
  /// The first offset behind the batch.
  offset_t next_offset() const noexcept {
    return static_cast<offset_t>(static_cast<uint64_t>(last_offset()) + 1);
  }
  /// Whole batch on disk, header included.
  size_t size_bytes() const noexcept {
    return batch_prefix_bytes + static_cast<size_t>(batch_length);
  }
  /// Codec bits; values above `codec::zstd` are possible in foreign bytes.
  uint8_t codec_bits() const noexcept { return attributes & 0x07; }
  /// All records have the time of their appending, `max_timestamp`.
  bool log_append_time() const noexcept { return (attributes & 0x08) != 0; }
  /// Part of a transaction; hidden from readers until it is committed.
  bool transactional() const noexcept { return (attributes & 0x10) != 0; }
  /// Holds a marker of the broker instead of records of a producer.
  bool control() const noexcept { return (attributes & 0x20) != 0; }
  /// From an idempotent producer: its sequence is checked.
  bool has_producer() const noexcept { return producer_id >= 0; }
  /// Sequence of the last record; wraps from 2147483647 to 0.
  int32_t last_sequence() const noexcept;
};

using batch_header_bytes_t = std::array<std::byte, batch_header_bytes>;

/// Decodes the first 61 bytes. Fails with corrupt_batch when there are fewer,
/// when batch_length is below 49, or magic is not 2. Does not check the CRC.
result<batch_header> parse_batch_header(std::span<const std::byte> bytes);

/// Encodes `x`, crc field included as it stands.
batch_header_bytes_t encode_batch_header(const batch_header& x);

/// CRC-32C of a batch whose (possibly changed) header is `header` and whose
/// records are `records`.
uint32_t
batch_crc(const batch_header& header, std::span<const std::byte> records);

/// CRC-32C (Castagnoli); `seed` continues an earlier call's result.
uint32_t crc32c(std::span<const std::byte> bytes, uint32_t seed = 0);

/// A header of a record; views into the batch.
struct record_field {
  std::string_view key;
  std::optional<std::string_view> value;
};

/// One record inside a decompressed batch; views into the batch.
struct record_view {
  offset_t offset = 0;
  timestamp_ms timestamp = no_timestamp;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::vector<record_field> headers;
};

/// Decodes the records of a whole batch one after the other, decompressing
/// first if needed, to at most `decompressed_bytes_max` bytes (beyond that:
/// batch_too_large). `visit` returns false to stop. The views live until
/// `visit` returns. Fails with corrupt_batch or unsupported_compression.
result<void>
for_each_record(std::span<const std::byte> batch, size_t decompressed_bytes_max,
                const std::function<bool(const record_view&)>& visit);

/// Compresses a records area as Kafka's clients expect it (snappy in the
/// xerial framing, lz4 as a frame of independent 64 KiB blocks).
result<std::vector<std::byte>>
compress(codec with, std::span<const std::byte> plain);

/// Undoes `compress`, and reads every framing clients write (raw snappy,
/// concatenated gzip members). Never yields more than `bytes_max` bytes.
result<std::vector<std::byte>>
decompress(codec with, std::span<const std::byte> packed, size_t bytes_max);

/// Builds batches: for the metadata log, in-process producers, tools, tests.
class batch_builder {
public:
  /// An empty batch; `build` compresses it.
  explicit batch_builder(codec with = codec::none) : codec_(with) {}

  /// One more record, which is copied; times in milliseconds since 1970.
  batch_builder& add(timestamp_ms timestamp,
                     std::optional<std::string_view> key,
                     std::optional<std::string_view> value,
                     std::span<const record_field> headers = {});
  /// As an idempotent producer would number it.
  batch_builder&
  producer(producer_id_t id, producer_epoch_t epoch, int32_t base_sequence);
  /// Offset of the first record; 0 unless it is called.
  batch_builder& base_offset(offset_t x);
  /// no_leader_epoch unless it is called.
  batch_builder& leader_epoch(leader_epoch_t x);
  /// Sets raw attribute bits (control, transactional) beside the codec.
  batch_builder& attributes(int16_t bits);

  /// Records so far.
  int32_t records_count() const noexcept { return count_; }
  /// Bytes of the uncompressed records so far.
  size_t records_bytes() const noexcept { return records_.size(); }

  /// A whole batch with a valid CRC; the builder must hold a record.
  buffer build() const;

private:
  codec codec_;
  std::vector<std::byte> records_;
  batch_header header_;
  int32_t count_ = 0;
};

} // namespace troupe::storage

#pragma GCC visibility pop
