// SPDX-License-Identifier: Apache-2.0
#include <member_id.h>

#include <cstddef>
#include <cstdint>

namespace troupe::cluster {

namespace {

constexpr size_t prefix_bytes_max = 255;

/// Cuts between two characters of UTF-8.
std::string_view shortened(std::string_view x) {
  if (x.size() <= prefix_bytes_max)
    return x;
  auto size = prefix_bytes_max;
  while (size > 0 && (static_cast<unsigned char>(x[size]) & 0xc0) == 0x80)
    --size;
  return x.substr(0, size);
}

} // namespace

std::string make_member_id(std::string_view prefix, std::mt19937_64& random) {
  constexpr std::string_view digits = "0123456789abcdef";
  uint64_t high = random();
  uint64_t low = random();
  // RFC 4122: version 4, variant 1.
  high = (high & ~uint64_t{0xf000}) | 0x4000;
  low = (low & ~(uint64_t{3} << 62)) | (uint64_t{1} << 63);
  std::string x{shortened(prefix)};
  for (size_t i = 0; i < 32; ++i) {
    if (i == 0 || i == 8 || i == 12 || i == 16 || i == 20)
      x += '-';
    auto word = i < 16 ? high : low;
    x += digits[(word >> (60 - 4 * (i % 16))) & 0xf];
  }
  return x;
}

} // namespace troupe::cluster
