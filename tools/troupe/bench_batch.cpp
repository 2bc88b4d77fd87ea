// SPDX-License-Identifier: Apache-2.0
#include "bench_batch.h"

#include <troupe/storage/record_batch.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace troupe::bench {

namespace {

using storage::batch_builder;
using storage::batch_header_bytes;

constexpr size_t crc_position = 17;
constexpr size_t crc_covers_from = 21;
constexpr size_t base_sequence_position = 53;

void put_be32(std::byte* to, uint32_t x) {
  for (int i = 0; i < 4; ++i)
    to[i] = static_cast<std::byte>(x >> (24 - 8 * i));
}

void patch_crc(std::span<std::byte> batch) {
  put_be32(batch.data() + crc_position,
           storage::crc32c(batch.subspan(crc_covers_from)));
}

/// Endless text to cut values from.
class payload {
public:
  payload(bool compressible, size_t size_max, uint64_t seed)
      : text_(size_max + pool_bytes, ' ') {
    std::mt19937_64 random(seed);
    if (compressible) {
      constexpr std::string_view words[] = {"order ",   "customer ", "paid ",
                                            "shipped ", "item ",     "42.00 "};
      size_t at = 0;
      while (at < text_.size()) {
        auto word = words[random() % std::size(words)];
        at += word.copy(text_.data() + at, text_.size() - at);
      }
    } else {
      for (auto& c : text_)
        c = static_cast<char>(random());
    }
  }

  std::string_view next(size_t size) {
    position_ = (position_ + 97) % pool_bytes;
    return std::string_view(text_).substr(position_, size);
  }

private:
  static constexpr size_t pool_bytes = 64 << 10;
  std::string text_;
  size_t position_ = 0;
};

/// What records need beside their values, at most: their fields, and a key of
/// ten digits.
constexpr size_t overhead_bytes_max = 33;

/// `builder` with one more record whose value is as long as fits.
batch_builder stretched(const batch_builder& builder,
                        std::optional<std::string_view> key, payload& values,
                        storage::timestamp_ms now, size_t records_bytes_max) {
  auto left = records_bytes_max - builder.records_bytes();
  // The fields around a value take at least 7 bytes.
  for (size_t overhead = 7; overhead <= overhead_bytes_max && overhead <= left;
       ++overhead) {
    auto longer = builder;
    longer.add(now, key, values.next(left - overhead));
    if (longer.records_bytes() <= records_bytes_max)
      return longer;
  }
  return builder;
}

} // namespace

result<batch_template> make_batch(const bench_options& options, uint64_t seed,
                                  storage::timestamp_ms now,
                                  storage::producer_id_t producer) {
  constexpr uint64_t batch_bytes_max = 64 << 20;
  auto smallest =
      options.record_bytes + batch_header_bytes + overhead_bytes_max;
  if (options.batch_bytes < smallest || options.batch_bytes > batch_bytes_max)
    return failure(storage::errc::invalid_argument,
                   fmt::format("--batch-bytes {} must lie between {} (one "
                               "record of --record-bytes) and {}",
                               options.batch_bytes, smallest, batch_bytes_max));
  payload values(options.compressible, options.batch_bytes, seed);
  auto records_max = options.batch_bytes - batch_header_bytes;
  batch_builder builder(options.codec);
  // The last record is stretched, to less than two, and fills the batch.
  auto room = 2 * (options.record_bytes + overhead_bytes_max);
  std::string digits;
  auto next_key = [&]() -> std::optional<std::string_view> {
    if (!options.keyed)
      return std::nullopt;
    digits = std::to_string(builder.records_count());
    return digits;
  };
  while (builder.records_bytes() + room <= records_max)
    builder.add(now, next_key(), values.next(options.record_bytes));
  builder = stretched(builder, next_key(), values, now, records_max);
  if (producer != storage::no_producer_id)
    builder.producer(producer, 0, 0);
  auto built = builder.build();
  batch_template made;
  made.bytes.assign(built.bytes().begin(), built.bytes().end());
  made.records = builder.records_count();
  if (options.codec == storage::codec::none && !options.keyed) {
    // length, attributes, timestamp, offset, key length (null), value length
    auto varint_bytes = [&](size_t at) {
      size_t n = 1;
      while ((made.bytes[at + n - 1] & std::byte{0x80}) != std::byte{0})
        ++n;
      return n;
    };
    auto at = batch_header_bytes;
    at += varint_bytes(at) + 1;
    for (int field = 0; field < 4; ++field)
      at += varint_bytes(at);
    made.value_position = at;
  }
  return made;
}

void patch_sequence(std::span<std::byte> batch, int32_t base_sequence) {
  put_be32(batch.data() + base_sequence_position,
           static_cast<uint32_t>(base_sequence));
  patch_crc(batch);
}

void patch_stamp(std::span<std::byte> batch, size_t value_position,
                 std::span<const std::byte> stamp) {
  std::memcpy(batch.data() + value_position, stamp.data(), stamp.size());
  patch_crc(batch);
}

} // namespace troupe::bench
