// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace troupe::actors {

/// Memory for blocks of records. Fresh memory of that size costs more than the
/// copy into it, because the kernel clears each page: what readers have let go
/// of is used again. Any thread.
class block_pool {
public:
  /// Keeps up to `kept_max` blocks of `block_bytes` for the next one.
  block_pool(size_t block_bytes, size_t kept_max);

  struct block {
    /// Gives the memory back when the last copy goes, also after the pool.
    std::shared_ptr<const void> owner;
    /// To be written before anybody else knows it.
    std::span<std::byte> bytes;
  };
  block take(size_t bytes);

private:
  struct shared;

  size_t block_bytes_;
  std::shared_ptr<shared> state_;
};

} // namespace troupe::actors
