// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/record_batch.h>

#include <isa-l/crc.h>

#include <algorithm>

namespace troupe::storage {

uint32_t crc32c(std::span<const std::byte> bytes, uint32_t seed) {
  // ISA-L takes an int for the length and, although it only reads, a pointer
  // to bytes that may change.
  constexpr size_t piece_max = size_t{1} << 30;
  auto state = ~seed;
  while (!bytes.empty()) {
    auto piece = bytes.first(std::min(bytes.size(), piece_max));
    auto* first = reinterpret_cast<const unsigned char*>(piece.data());
    state = crc32_iscsi(const_cast<unsigned char*>(first),
                        static_cast<int>(piece.size()), state);
    bytes = bytes.subspan(piece.size());
  }
  return ~state;
}

} // namespace troupe::storage
