// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/chunk.h>

namespace troupe::transport {

size_t size_bytes(const chunks& xs) noexcept {
  size_t sum = 0;
  for (const auto& x : xs) {
    if (const auto* bytes = std::get_if<storage::buffer>(&x))
      sum += bytes->size();
    else if (const auto* slice = std::get_if<storage::file_slice>(&x))
      sum += slice->size;
  }
  return sum;
}

} // namespace troupe::transport
