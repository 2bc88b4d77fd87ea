// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace troupe::transport {

/// Memory for received frames, reused because fresh blocks of a MiB cost a
/// page fault per 4 KiB. Thread safe: the last reference to a frame may die on
/// any thread, also after the server that received it.
class frame_pool : public std::enable_shared_from_this<frame_pool> {
public:
  struct block {
    std::shared_ptr<std::byte> memory;
    size_t capacity = 0;
  };

  /// `idle_bytes_max` bounds what is kept for reuse, not what is in use.
  static std::shared_ptr<frame_pool> make(size_t idle_bytes_max);
  ~frame_pool();
  frame_pool(const frame_pool&) = delete;
  frame_pool& operator=(const frame_pool&) = delete;

  /// A block of at least `size` bytes with undefined content.
  block take(size_t size);

  size_t idle_bytes() const;

private:
  struct idle_block {
    std::byte* memory;
    size_t capacity;
  };

  explicit frame_pool(size_t idle_bytes_max)
      : idle_bytes_max_(idle_bytes_max) {}
  std::byte* reuse(size_t capacity);
  void give_back(idle_block x);

  const size_t idle_bytes_max_;
  mutable std::mutex mutex_;
  /// Oldest first, so that sizes nobody asks for any more leave first.
  std::vector<idle_block> idle_;
  size_t idle_bytes_ = 0;
};

} // namespace troupe::transport
