// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/big_endian.h"
#include "kafka/wire_format.h"

#include <troupe/storage/buffer.h>
#include <troupe/storage/error.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace troupe::kafka {

/// Reads primitive values off a frame and never beyond it. The first failure
/// sticks: from then on every read gives zero, so callers check once.
class wire_reader {
public:
  /// What the elements of all arrays in one message may take in memory. A few
  /// bytes on the wire can be a hundred in a struct, so without this bound a
  /// frame of the greatest size could claim many times as much.
  static constexpr size_t element_bytes_max = size_t{64} << 20;

  wire_reader(const storage::buffer& frame, size_t position, bool flexible);

  bool ok() const noexcept { return reason_ == nullptr; }
  size_t position() const noexcept { return position_; }
  size_t bytes_left() const noexcept { return end_ - position_; }

  /// Names what is read next, for messages.
  void enter(const char* field) noexcept { field_ = field; }
  void fail(const char* reason) noexcept;
  /// Why it failed; call when `!ok()`.
  storage::error explain(const char* message, int16_t version) const;

  template <number T>
  T take() noexcept {
    if (bytes_left() < sizeof(T)) {
      fail("ends early");
      return T{};
    }
    auto x = load_big_endian<T>(data_ + position_);
    position_ += sizeof(T);
    return x;
  }

  /// At most five bytes and none too many.
  uint32_t take_uvarint() noexcept;

  /// Length of a string, checked against the bytes left; none is null.
  std::optional<size_t> take_text_length(bool nullable) noexcept;
  /// The same for bytes and records.
  std::optional<size_t> take_data_length(bool nullable) noexcept;
  /// Number of elements of an array; not checked against the bytes left.
  std::optional<size_t> take_count(bool nullable) noexcept;

  /// Checks that `count` elements of at least `wire_bytes` each can follow and
  /// that their structs stay inside `element_bytes_max`.
  bool
  admit_elements(size_t count, size_t wire_bytes, size_t memory_bytes) noexcept;

  void take_bytes(std::string& x, size_t size);
  void take_bytes(storage::buffer& x, size_t size);
  storage::uuid take_uuid() noexcept;

  /// Passes over a section of tagged fields that we know none of.
  void skip_tags() noexcept;

  /// Ends the readable part after `size` more bytes; returns the former end.
  size_t narrow(size_t size) noexcept;
  /// Goes to the end of the narrowed part and opens up to `former_end` again.
  void widen(size_t former_end) noexcept;

private:
  std::optional<size_t> checked_length(int64_t length, bool nullable) noexcept;
  std::optional<size_t> bounded(std::optional<size_t> length) noexcept;
  int64_t take_compact_length() noexcept;

  const storage::buffer& frame_;
  const std::byte* data_;
  size_t position_;
  size_t end_;
  size_t element_bytes_left_ = element_bytes_max;
  bool flexible_;
  const char* field_ = "header";
  const char* reason_ = nullptr;
};

} // namespace troupe::kafka
