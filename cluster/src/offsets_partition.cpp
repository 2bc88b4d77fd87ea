// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/offsets_partition.h>
#include <troupe/storage/assert.h>

#include <cstddef>
#include <limits>

namespace troupe::cluster {

namespace {

/// What Java's decoder puts in the place of bytes that are not UTF-8.
constexpr uint32_t replacement = 0xfffd;

uint32_t continuation(std::string_view x, size_t position) {
  if (position >= x.size())
    return 0x100;
  auto byte = static_cast<unsigned char>(x[position]);
  return (byte & 0xc0) == 0x80 ? byte & 0x3f : 0x100;
}

/// Takes one code point off the front of `x`.
uint32_t next_code_point(std::string_view& x) {
  auto first = static_cast<unsigned char>(x[0]);
  size_t size = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  uint32_t code = size == 1   ? first
                  : size == 2 ? first & 0x1f
                  : size == 3 ? first & 0x0f
                              : first & 0x07;
  for (size_t i = 1; i < size; ++i) {
    auto more = continuation(x, i);
    if (more > 0x3f) {
      x.remove_prefix(i);
      return replacement;
    }
    code = (code << 6) | more;
  }
  x.remove_prefix(size);
  bool stray = first >= 0x80 && first < 0xc2;
  return stray || code > 0x10ffff ? replacement : code;
}

} // namespace

int32_t
offsets_partition_for(std::string_view group_id, int32_t partition_count) {
  ASSERT(partition_count > 0);
  uint32_t hash = 0;
  while (!group_id.empty()) {
    auto code = next_code_point(group_id);
    if (code < 0x10000) {
      hash = hash * 31 + code;
      continue;
    }
    // Java counts in UTF-16: two surrogates.
    code -= 0x10000;
    hash = hash * 31 + (0xd800 + (code >> 10));
    hash = hash * 31 + (0xdc00 + (code & 0x3ff));
  }
  // Java's smallest number has no absolute value; Kafka takes 0 for it.
  auto number = static_cast<int32_t>(hash);
  if (number == std::numeric_limits<int32_t>::min())
    return 0;
  return (number < 0 ? -number : number) % partition_count;
}

} // namespace troupe::cluster
