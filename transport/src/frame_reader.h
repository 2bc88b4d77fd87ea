// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "frame_pool.h"

#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace troupe::transport {

/// Cuts a byte stream into frames: a big-endian i32 size, then that many
/// bytes. Pure: whoever owns a socket receives into `receive_area`.
///
/// Small frames share one block, so that one recv yields many; a frame that
/// is larger gets a block of its own and is received into it directly. Frames
/// are slices of those blocks, never copies.
///
///     block:  | frame | frame | fra............|
///                             ^begin  ^end     ^limit
class frame_reader {
public:
  /// Size of the blocks that small frames share.
  static constexpr size_t shared_block_bytes = 64u << 10;
  /// A frame above this that does not fit the shared block gets its own.
  static constexpr size_t shared_frame_bytes_max = 32u << 10;

  frame_reader(size_t frame_bytes_max, std::shared_ptr<frame_pool> pool);

  /// The next whole frame without its prefix, nothing when bytes are missing,
  /// an error when the prefix is refused (then the stream is lost).
  result<std::optional<storage::buffer>> next();

  /// Where the next bytes go; never empty. Only after `next` had nothing.
  /// This is what allocates, so ask `claimed_bytes` first.
  std::span<std::byte> receive_area();

  /// `size` bytes were put at the start of the receive area.
  void received(size_t size) noexcept;

  /// Size of the frame whose prefix has come but whose bytes have not.
  size_t claimed_bytes() const noexcept {
    return prefix_known_ ? frame_bytes_ : 0;
  }

  /// True while bytes are held that are no whole frame yet (or not taken).
  bool mid_frame() const noexcept { return prefix_known_ || end_ > begin_; }

  /// Gives the memory back when nothing is buffered: an idle connection must
  /// not hold a block.
  void release_memory() noexcept;

private:
  result<void> check_prefix(uint32_t size) const;
  void move_to_fresh_block(size_t need);
  void drop_block() noexcept;

  size_t frame_bytes_max_;
  std::shared_ptr<frame_pool> pool_;
  frame_pool::block block_;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t limit_ = 0;
  size_t frame_bytes_ = 0;
  bool prefix_known_ = false;
  bool first_frame_ = true;
};

} // namespace troupe::transport
