// SPDX-License-Identifier: Apache-2.0
#include "frame_pool.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <new>

namespace troupe::transport {

namespace {

/// Below this the classes would be so many that few blocks fit twice.
constexpr size_t capacity_min = 4096;

/// Four sizes per power of two: at most a quarter of a block is waste.
size_t capacity_for(size_t size) {
  if (size <= capacity_min)
    return capacity_min;
  size_t step = std::bit_floor(size - 1) / 4;
  return (size + step - 1) / step * step;
}

} // namespace

std::shared_ptr<frame_pool> frame_pool::make(size_t idle_bytes_max) {
  return std::shared_ptr<frame_pool>(new frame_pool(idle_bytes_max));
}

frame_pool::~frame_pool() {
  for (auto& x : idle_)
    ::operator delete(x.memory);
}

frame_pool::block frame_pool::take(size_t size) {
  size_t capacity = capacity_for(size);
  std::byte* memory = reuse(capacity);
  if (memory == nullptr)
    memory = static_cast<std::byte*>(::operator new(capacity));
  auto give = [pool = shared_from_this(), capacity](std::byte* x) {
    pool->give_back({x, capacity});
  };
  return {std::shared_ptr<std::byte>(memory, std::move(give)), capacity};
}

size_t frame_pool::idle_bytes() const {
  std::lock_guard guard(mutex_);
  return idle_bytes_;
}

std::byte* frame_pool::reuse(size_t capacity) {
  std::lock_guard guard(mutex_);
  // The youngest first: its bytes are most likely still in a CPU cache.
  auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                            [=](auto& x) { return x.capacity == capacity; });
  if (found == idle_.rend())
    return nullptr;
  std::byte* memory = found->memory;
  idle_.erase(std::prev(found.base()));
  idle_bytes_ -= capacity;
  return memory;
}

void frame_pool::give_back(idle_block x) {
  if (x.capacity > idle_bytes_max_) {
    ::operator delete(x.memory);
    return;
  }
  std::lock_guard guard(mutex_);
  idle_.push_back(x);
  idle_bytes_ += x.capacity;
  auto last = idle_.begin();
  for (; idle_bytes_ > idle_bytes_max_; ++last) {
    idle_bytes_ -= last->capacity;
    ::operator delete(last->memory);
  }
  idle_.erase(idle_.begin(), last);
}

} // namespace troupe::transport
