// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::storage {

/// Where a decompressor writes: grows as bytes come, never because something
/// claims that they will, and never beyond `bytes_max`.
class bounded_output {
public:
  /// `expected` is a guess for the first allocation.
  bounded_output(size_t expected, size_t bytes_max);

  /// Room for the next bytes, at least one. It lets one byte more in than is
  /// allowed, which is how overflow is told from an exact fit.
  std::span<std::byte> room();

  /// `size` bytes of the room were written; fails with batch_too_large once
  /// there are more than allowed.
  result<void> wrote(size_t size);

  /// Bytes that may still come.
  size_t allowance() const noexcept { return bytes_max_ - size_; }

  std::vector<std::byte> take() &&;

private:
  std::vector<std::byte> bytes_;
  size_t size_ = 0;
  size_t bytes_max_;
};

/// The packed bytes are not what their codec says.
tl::unexpected<error> bad_compression(const char* codec_name);

/// The library refused to pack bytes of ours.
tl::unexpected<error> compression_failed(const char* codec_name);

// One pair per codec, each in a file of its own. `packed` is never empty.

result<std::vector<std::byte>> gzip(std::span<const std::byte> plain);
result<void> gunzip(std::span<const std::byte> packed, bounded_output& to);

result<std::vector<std::byte>> snappy(std::span<const std::byte> plain);
result<void> unsnappy(std::span<const std::byte> packed, bounded_output& to);

result<std::vector<std::byte>> lz4(std::span<const std::byte> plain);
result<void> unlz4(std::span<const std::byte> packed, bounded_output& to);

result<std::vector<std::byte>> zstd(std::span<const std::byte> plain);
result<void> unzstd(std::span<const std::byte> packed, bounded_output& to);

} // namespace troupe::storage
