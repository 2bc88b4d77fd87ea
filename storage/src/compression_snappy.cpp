// SPDX-License-Identifier: Apache-2.0
#include "compression.h"

#include "byte_reader.h"

#include <snappy-c.h>

#include <algorithm>
#include <array>
#include <cstdint>

// Two framings are in the wild: a bare snappy block, and the "xerial" stream
// of snappy-java:
//   magic 82 S N A P P Y 00 | version i32 | compatible i32 |
//   { block size i32 | block }...

namespace troupe::storage {

namespace {

constexpr std::array<std::byte, 8> xerial_magic{
    std::byte{0x82}, std::byte{'S'}, std::byte{'N'}, std::byte{'A'},
    std::byte{'P'},  std::byte{'P'}, std::byte{'Y'}, std::byte{0}};
constexpr size_t xerial_header_bytes = 16;
constexpr int32_t xerial_version = 1;
constexpr size_t xerial_block_bytes = size_t{32} * 1024;
/// No element of a snappy block makes more bytes from one of its own.
constexpr size_t expansion_max = 32;

bool begins_with_magic(std::span<const std::byte> bytes) {
  return bytes.size() >= xerial_header_bytes
         && std::equal(xerial_magic.begin(), xerial_magic.end(), bytes.begin());
}

result<void>
unpack_block(std::span<const std::byte> block, bounded_output& to) {
  auto* from = reinterpret_cast<const char*>(block.data());
  size_t claimed = 0;
  if (snappy_uncompressed_length(from, block.size(), &claimed) != SNAPPY_OK
      || claimed / expansion_max > block.size())
    return bad_compression("snappy");
  if (claimed > to.allowance())
    return to.wrote(claimed);
  std::vector<std::byte> plain(claimed);
  if (snappy_uncompress(from, block.size(),
                        reinterpret_cast<char*>(plain.data()), &claimed)
      != SNAPPY_OK)
    return bad_compression("snappy");
  std::span<const std::byte> rest = plain;
  while (!rest.empty()) {
    auto room = to.room();
    auto part = rest.first(std::min(rest.size(), room.size()));
    std::copy(part.begin(), part.end(), room.begin());
    if (auto fits = to.wrote(part.size()); !fits)
      return fits;
    rest = rest.subspan(part.size());
  }
  return {};
}

} // namespace

result<std::vector<std::byte>> snappy(std::span<const std::byte> plain) {
  std::vector<std::byte> packed(xerial_magic.begin(), xerial_magic.end());
  append_big_endian(packed, xerial_version);
  append_big_endian(packed, xerial_version);
  while (!plain.empty()) {
    auto block = plain.first(std::min(plain.size(), xerial_block_bytes));
    auto size = snappy_max_compressed_length(block.size());
    auto size_at = packed.size();
    auto block_at = size_at + sizeof(int32_t);
    packed.resize(block_at + size);
    if (snappy_compress(
            reinterpret_cast<const char*>(block.data()), block.size(),
            reinterpret_cast<char*>(packed.data() + block_at), &size)
        != SNAPPY_OK)
      return compression_failed("snappy");
    store_big_endian(packed.data() + size_at, static_cast<int32_t>(size));
    packed.resize(block_at + size);
    plain = plain.subspan(block.size());
  }
  return packed;
}

result<void> unsnappy(std::span<const std::byte> packed, bounded_output& to) {
  if (!begins_with_magic(packed))
    return unpack_block(packed, to);
  while (!packed.empty()) {
    // Appended streams repeat the header where a block would begin.
    if (begins_with_magic(packed)) {
      packed = packed.subspan(xerial_header_bytes);
      continue;
    }
    byte_reader in{packed};
    auto size = in.integer<uint32_t>();
    auto block = in.take(size);
    if (!in.ok() || block.empty())
      return bad_compression("snappy");
    if (auto unpacked = unpack_block(block, to); !unpacked)
      return unpacked;
    packed = packed.last(in.left());
  }
  return {};
}

} // namespace troupe::storage
