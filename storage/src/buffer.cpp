// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/assert.h>
#include <troupe/storage/buffer.h>

#include <cstring>

namespace troupe::storage {

buffer buffer::copy_of(std::span<const std::byte> bytes) {
  if (bytes.empty())
    return {};
  auto memory = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::memcpy(memory.get(), bytes.data(), bytes.size());
  std::span<const std::byte> copy{memory.get(), bytes.size()};
  return {std::move(memory), copy};
}

buffer buffer::copy_of(std::string_view text) {
  return copy_of(std::as_bytes(std::span{text.data(), text.size()}));
}

buffer buffer::slice(size_t position, size_t size) const {
  ASSERT(position <= bytes_.size() && size <= bytes_.size() - position);
  return {owner_, bytes_.subspan(position, size)};
}

} // namespace troupe::storage
