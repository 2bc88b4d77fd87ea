// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Reference-counted immutable bytes, or a slice of them. Copying shares the
/// memory; any thread may read. What a request frame carries travels as slices
/// of the frame, so records are never copied between socket and file.
class buffer {
public:
  buffer() = default;

  /// Wraps memory that `owner` keeps alive.
  buffer(std::shared_ptr<const void> owner, std::span<const std::byte> bytes)
    : owner_(std::move(owner)), bytes_(bytes) {}

  /// Copies `bytes` into memory of its own.
  static buffer copy_of(std::span<const std::byte> bytes);
  /// The same for text.
  static buffer copy_of(std::string_view text);

  /// The part [position, position + size); must lie inside.
  buffer slice(size_t position, size_t size) const;

  /// Lives as long as some buffer of this memory does.
  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// The first byte; null for a buffer that never had memory.
  const std::byte* data() const noexcept { return bytes_.data(); }
  /// In bytes.
  size_t size() const noexcept { return bytes_.size(); }
  /// There is no byte in it.
  bool empty() const noexcept { return bytes_.empty(); }

private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
