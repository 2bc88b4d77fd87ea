// SPDX-License-Identifier: Apache-2.0
#include "checkpoint_codec.h"

#include "big_endian.h"
#include "byte_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::storage {

namespace {

constexpr int16_t offsets_version = 2;
constexpr int16_t epochs_version = 1;
constexpr int16_t producers_version = 1;
constexpr size_t epoch_bytes = 12;

tl::unexpected<error> malformed(const char* what) {
  return failure(errc::corrupt_log,
                 std::string{"decode checkpoint: malformed "} + what);
}

result<int16_t> expect_version(byte_reader& in, int16_t oldest, int16_t newest,
                               const char* what) {
  auto version = in.integer<int16_t>();
  if (!in.ok())
    return malformed(what);
  if (version < oldest || version > newest)
    return failure(errc::unsupported_format, std::string{"decode checkpoint: "}
                                                 + what + " of version "
                                                 + std::to_string(version));
  return version;
}

} // namespace

std::string checkpoint_key(const topic_partition& tp) {
  std::array<std::byte, sizeof(uint32_t)> number;
  store_big_endian(number.data(), static_cast<uint32_t>(tp.partition));
  std::string key = tp.topic;
  key.push_back('\0');
  key.append(reinterpret_cast<const char*>(number.data()), number.size());
  return key;
}

std::vector<std::byte> encode_offsets(const partition_offsets& x) {
  std::vector<std::byte> bytes;
  append_big_endian(bytes, offsets_version);
  for (auto part : x.topic_id.bytes)
    append_big_endian(bytes, part);
  append_big_endian(bytes, x.log_start_offset);
  append_big_endian(bytes, x.recovery_point);
  append_big_endian(bytes, x.high_watermark);
  append_big_endian(bytes, x.first_dirty_offset);
  return bytes;
}

result<partition_offsets> decode_offsets(std::span<const std::byte> bytes) {
  byte_reader in{bytes};
  auto version = expect_version(in, 1, offsets_version, "offsets");
  if (!version)
    return failure(std::move(version).error());
  partition_offsets x;
  for (auto& part : x.topic_id.bytes)
    part = in.integer<uint8_t>();
  x.log_start_offset = in.integer<int64_t>();
  x.recovery_point = in.integer<int64_t>();
  x.high_watermark = in.integer<int64_t>();
  if (*version > 1)
    x.first_dirty_offset = in.integer<int64_t>();
  if (!in.ok() || in.left() != 0)
    return malformed("offsets");
  return x;
}

std::vector<std::byte> encode_epochs(const std::vector<epoch_start>& x) {
  std::vector<std::byte> bytes;
  append_big_endian(bytes, epochs_version);
  append_big_endian(bytes, static_cast<int32_t>(x.size()));
  for (const auto& entry : x) {
    append_big_endian(bytes, entry.epoch);
    append_big_endian(bytes, entry.start_offset);
  }
  return bytes;
}

result<std::vector<epoch_start>>
decode_epochs(std::span<const std::byte> bytes) {
  byte_reader in{bytes};
  if (auto known = expect_version(in, 1, epochs_version, "epochs"); !known)
    return failure(std::move(known).error());
  auto count = in.integer<int32_t>();
  if (!in.ok() || count < 0 || in.left() % epoch_bytes != 0
      || static_cast<size_t>(count) != in.left() / epoch_bytes)
    return malformed("epochs");
  std::vector<epoch_start> entries;
  entries.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) {
    auto epoch = in.integer<int32_t>();
    entries.push_back({epoch, in.integer<int64_t>()});
  }
  return entries;
}

std::vector<std::byte>
encode_producers(offset_t end, std::span<const std::byte> table) {
  std::vector<std::byte> bytes;
  bytes.reserve(sizeof(producers_version) + sizeof(end) + table.size());
  append_big_endian(bytes, producers_version);
  append_big_endian(bytes, end);
  bytes.insert(bytes.end(), table.begin(), table.end());
  return bytes;
}

result<stored_producers> decode_producers(std::span<const std::byte> bytes) {
  byte_reader in{bytes};
  if (auto known = expect_version(in, 1, producers_version, "producers");
      !known)
    return failure(std::move(known).error());
  stored_producers x;
  x.end = in.integer<int64_t>();
  if (!in.ok())
    return malformed("producers");
  auto table = in.take(in.left());
  x.table.assign(table.begin(), table.end());
  return x;
}

result<partition_checkpoint>
decode_checkpoint(std::span<const std::byte> offsets,
                  std::span<const std::byte> epochs,
                  std::span<const std::byte> producers) {
  auto points = decode_offsets(offsets);
  if (!points)
    return failure(std::move(points).error());
  auto starts = decode_epochs(epochs);
  if (!starts)
    return failure(std::move(starts).error());
  auto table = decode_producers(producers);
  if (!table)
    return failure(std::move(table).error());
  return partition_checkpoint{*points, std::move(*starts),
                              std::move(table->table), table->end};
}

} // namespace troupe::storage
