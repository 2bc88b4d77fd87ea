// SPDX-License-Identifier: Apache-2.0
#include "frame_reader.h"

#include <troupe/storage/assert.h>

#include <cstring>
#include <string>

namespace troupe::transport {

namespace {

constexpr size_t prefix_bytes = 4;

/// Not worth a recv of its own.
constexpr size_t receive_bytes_min = 8u << 10;

uint32_t big_endian(const std::byte* p) {
  uint32_t x = 0;
  for (size_t i = 0; i < prefix_bytes; ++i)
    x = x << 8 | std::to_integer<uint32_t>(p[i]);
  return x;
}

/// A TLS record of type handshake, version 3.0 to 3.4.
bool looks_like_tls(uint32_t prefix) {
  return prefix >> 16 == 0x1603 && (prefix >> 8 & 0xff) <= 4;
}

} // namespace

frame_reader::frame_reader(size_t frame_bytes_max,
                           std::shared_ptr<frame_pool> pool)
    : frame_bytes_max_(frame_bytes_max), pool_(std::move(pool)) {
  ASSERT(pool_ != nullptr);
}

result<std::optional<storage::buffer>> frame_reader::next() {
  if (!prefix_known_) {
    if (end_ - begin_ < prefix_bytes)
      return std::nullopt;
    uint32_t size = big_endian(block_.memory.get() + begin_);
    if (auto checked = check_prefix(size); !checked)
      return failure(std::move(checked.error()));
    begin_ += prefix_bytes;
    frame_bytes_ = size;
    prefix_known_ = true;
    first_frame_ = false;
  }
  if (end_ - begin_ < frame_bytes_)
    return std::nullopt;
  storage::buffer frame(block_.memory,
                        {block_.memory.get() + begin_, frame_bytes_});
  begin_ += frame_bytes_;
  prefix_known_ = false;
  if (begin_ == limit_)
    drop_block();
  return frame;
}

std::span<std::byte> frame_reader::receive_area() {
  size_t need = prefix_known_ ? frame_bytes_ : prefix_bytes;
  size_t have = end_ - begin_;
  ASSERT(have < need);
  if (begin_ + need > limit_
      || (have == 0 && !prefix_known_ && limit_ - end_ < receive_bytes_min))
    move_to_fresh_block(need);
  return {block_.memory.get() + end_, limit_ - end_};
}

void frame_reader::received(size_t size) noexcept {
  ASSERT(size <= limit_ - end_);
  end_ += size;
}

void frame_reader::release_memory() noexcept {
  if (!mid_frame())
    drop_block();
}

result<void> frame_reader::check_prefix(uint32_t size) const {
  if (first_frame_ && looks_like_tls(size))
    return failure(storage::errc::invalid_argument,
                   "the peer speaks TLS, this listener does not");
  if (size > INT32_MAX)
    return failure(storage::errc::invalid_argument,
                   "frame of negative size "
                       + std::to_string(static_cast<int32_t>(size)));
  if (size > frame_bytes_max_)
    return failure(storage::errc::invalid_argument,
                   "frame of " + std::to_string(size)
                       + " bytes exceeds the limit of "
                       + std::to_string(frame_bytes_max_));
  return {};
}

void frame_reader::move_to_fresh_block(size_t need) {
  size_t have = end_ - begin_;
  size_t size = need > shared_frame_bytes_max ? need : shared_block_bytes;
  auto fresh = pool_->take(size);
  if (have > 0)
    std::memcpy(fresh.memory.get(), block_.memory.get() + begin_, have);
  block_ = std::move(fresh);
  begin_ = 0;
  end_ = have;
  limit_ = size;
}

void frame_reader::drop_block() noexcept {
  block_ = {};
  begin_ = end_ = limit_ = 0;
}

} // namespace troupe::transport
