// SPDX-License-Identifier: Apache-2.0
#include "kafka/wire_reader.h"

#include <algorithm>
#include <cstring>

namespace troupe::kafka {

wire_reader::wire_reader(const storage::buffer& frame, size_t position,
                         bool flexible)
    : frame_(frame), data_(frame.data()),
      position_(std::min(position, frame.size())), end_(frame.size()),
      flexible_(flexible) {
  if (position > frame.size())
    fail("ends early");
}

void wire_reader::fail(const char* reason) noexcept {
  if (!ok())
    return;
  reason_ = reason;
  end_ = position_;
}

storage::error
wire_reader::explain(const char* message, int16_t version) const {
  return {storage::errc::invalid_argument,
          std::string{"decode "} + message + " version "
              + std::to_string(version) + ": " + field_ + " at byte "
              + std::to_string(position_) + ": "
              + (reason_ != nullptr ? reason_ : "no error")};
}

uint32_t wire_reader::take_uvarint() noexcept {
  uint32_t x = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    auto byte = uint32_t{take<uint8_t>()};
    if (!ok())
      return 0;
    if (shift == 28 && byte > 0x0f) {
      fail("number does not fit 32 bits");
      return 0;
    }
    x |= (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      if (byte == 0 && shift > 0) {
        fail("number is written longer than needed");
        return 0;
      }
      return x;
    }
  }
  return 0; // the fifth byte returns above
}

int64_t wire_reader::take_compact_length() noexcept {
  return int64_t{take_uvarint()} - 1;
}

std::optional<size_t>
wire_reader::checked_length(int64_t length, bool nullable) noexcept {
  if (!ok())
    return size_t{0};
  if (length >= 0)
    return static_cast<size_t>(length);
  if (length < -1) {
    fail("length is negative");
    return size_t{0};
  }
  if (!nullable) {
    fail("is null but must not be");
    return size_t{0};
  }
  return std::nullopt;
}

std::optional<size_t>
wire_reader::bounded(std::optional<size_t> length) noexcept {
  if (!length || *length <= bytes_left())
    return length;
  fail("is longer than the bytes left");
  return size_t{0};
}

std::optional<size_t> wire_reader::take_text_length(bool nullable) noexcept {
  auto length = flexible_ ? take_compact_length() : int64_t{take<int16_t>()};
  return bounded(checked_length(length, nullable));
}

std::optional<size_t> wire_reader::take_data_length(bool nullable) noexcept {
  return bounded(take_count(nullable));
}

std::optional<size_t> wire_reader::take_count(bool nullable) noexcept {
  auto length = flexible_ ? take_compact_length() : int64_t{take<int32_t>()};
  return checked_length(length, nullable);
}

bool wire_reader::admit_elements(size_t count, size_t wire_bytes,
                                 size_t memory_bytes) noexcept {
  if (count > bytes_left() / wire_bytes) {
    fail("has more elements than the bytes left can hold");
    return false;
  }
  if (count > element_bytes_left_ / memory_bytes) {
    fail("has too many elements");
    return false;
  }
  element_bytes_left_ -= count * memory_bytes;
  return ok();
}

void wire_reader::take_bytes(std::string& x, size_t size) {
  x.clear();
  if (size == 0)
    return;
  x.resize(size);
  std::memcpy(x.data(), data_ + position_, size);
  position_ += size;
}

void wire_reader::take_bytes(storage::buffer& x, size_t size) {
  x = frame_.slice(position_, size);
  position_ += size;
}

storage::uuid wire_reader::take_uuid() noexcept {
  storage::uuid x;
  for (auto& byte : x.bytes)
    byte = take<uint8_t>();
  return x;
}

void wire_reader::skip_tags() noexcept {
  auto count = take_uvarint();
  int64_t last = -1;
  for (uint32_t i = 0; i < count && ok(); ++i) {
    auto tag = int64_t{take_uvarint()};
    auto size = size_t{take_uvarint()};
    if (!ok())
      return;
    if (tag <= last)
      return fail("tags do not ascend");
    if (size > bytes_left())
      return fail("is longer than the bytes left");
    last = tag;
    position_ += size;
  }
}

size_t wire_reader::narrow(size_t size) noexcept {
  auto former_end = end_;
  end_ = position_ + size;
  return former_end;
}

void wire_reader::widen(size_t former_end) noexcept {
  if (!ok())
    return;
  position_ = end_;
  end_ = former_end;
}

} // namespace troupe::kafka
