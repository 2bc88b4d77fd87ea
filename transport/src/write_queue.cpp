// SPDX-License-Identifier: Apache-2.0
#include "write_queue.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <utility>

namespace troupe::transport {

namespace {

size_t size_of(const chunk& x) {
  if (const auto* slice = std::get_if<storage::file_slice>(&x))
    return slice->size;
  return std::get<storage::buffer>(x).size();
}

} // namespace

void write_queue::push(chunks xs) {
  for (auto& x : xs) {
    size_t size = size_of(x);
    if (size == 0)
      continue;
    bytes_ += size;
    chunks_.push_back(std::move(x));
  }
}

bool write_queue::slice_first() const noexcept {
  ASSERT(!chunks_.empty());
  return std::holds_alternative<storage::file_slice>(chunks_.front());
}

write_queue::gathered
write_queue::gather(std::span<iovec> into, size_t bytes_max) const {
  gathered result;
  size_t skip = done_;
  for (const auto& x : chunks_) {
    if (result.count == into.size() || result.bytes == bytes_max)
      break;
    const auto* memory = std::get_if<storage::buffer>(&x);
    if (memory == nullptr) {
      result.slice_follows = true;
      break;
    }
    auto part = memory->bytes().subspan(skip);
    part = part.first(std::min(part.size(), bytes_max - result.bytes));
    skip = 0;
    // iovec is shared with readv, hence not const; sendmsg does not write.
    into[result.count++] = {const_cast<std::byte*>(part.data()), part.size()};
    result.bytes += part.size();
  }
  return result;
}

storage::file_slice write_queue::slice(uint32_t size_max) const {
  ASSERT(slice_first());
  auto x = std::get<storage::file_slice>(chunks_.front());
  x.position += done_;
  x.size = std::min(x.size - static_cast<uint32_t>(done_), size_max);
  return x;
}

void write_queue::consume(size_t size) {
  ASSERT(size <= bytes_);
  bytes_ -= size;
  done_ += size;
  while (!chunks_.empty() && done_ >= size_of(chunks_.front())) {
    done_ -= size_of(chunks_.front());
    chunks_.pop_front();
  }
}

void write_queue::replace_with_memory(storage::buffer bytes) {
  ASSERT(slice_first());
  auto& slice = std::get<storage::file_slice>(chunks_.front());
  size_t gone = done_ + bytes.size();
  ASSERT(gone <= slice.size);
  slice.position += gone;
  slice.size -= static_cast<uint32_t>(gone);
  if (slice.size == 0)
    chunks_.pop_front();
  done_ = 0;
  chunks_.push_front(std::move(bytes));
}

void write_queue::clear() noexcept {
  chunks_.clear();
  done_ = bytes_ = 0;
}

} // namespace troupe::transport
