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
  static buffer copy_of(std::string_view text);

  /// The part [position, position + size); must lie inside.
  buffer slice(size_t position, size_t size) const;

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  const std::byte* data() const noexcept { return bytes_.data(); }
  size_t size() const noexcept { return bytes_.size(); }
  bool empty() const noexcept { return bytes_.empty(); }

private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
