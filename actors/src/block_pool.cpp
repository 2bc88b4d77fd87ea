// SPDX-License-Identifier: Apache-2.0
#include "block_pool.h"

#include <mutex>
#include <utility>
#include <vector>

namespace troupe::actors {

struct block_pool::shared {
  std::mutex guard;
  std::vector<std::unique_ptr<std::byte[]>> kept;
  size_t kept_max = 0;

  std::unique_ptr<std::byte[]> take() {
    std::lock_guard lock(guard);
    if (kept.empty())
      return nullptr;
    auto memory = std::move(kept.back());
    kept.pop_back();
    return memory;
  }

  void give_back(std::unique_ptr<std::byte[]> memory) {
    std::lock_guard lock(guard);
    if (kept.size() < kept_max)
      kept.push_back(std::move(memory));
  }
};

block_pool::block_pool(size_t block_bytes, size_t kept_max)
    : block_bytes_(block_bytes), state_(std::make_shared<shared>()) {
  state_->kept_max = kept_max;
}

block_pool::block block_pool::take(size_t bytes) {
  // Small ones would keep large memory: an allocator serves them as fast.
  if (bytes > block_bytes_ || bytes < block_bytes_ / 4) {
    std::shared_ptr<std::byte[]> memory(new std::byte[bytes]);
    std::span<std::byte> all(memory.get(), bytes);
    return {std::move(memory), all};
  }
  auto memory = state_->take();
  if (memory == nullptr)
    memory.reset(new std::byte[block_bytes_]);
  std::span<std::byte> part(memory.get(), bytes);
  std::shared_ptr<const void> owner(
      memory.release(), [home = state_](std::byte* x) {
        home->give_back(std::unique_ptr<std::byte[]>(x));
      });
  return {std::move(owner), part};
}

} // namespace troupe::actors
