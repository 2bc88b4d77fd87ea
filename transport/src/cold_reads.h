// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "page_cache.h"

#include <troupe/storage/file_slice.h>

#include <cstdint>
#include <functional>

namespace troupe::transport {

/// Keeps one connection from waiting for the disk. Every piece of a slice is
/// looked up in the page cache before it is sent; a piece that is not there is
/// handed to a thread that may block, and only this connection waits for it.
///
/// A piece that was read in is sent without a second look: under memory
/// pressure it might never be found, and the connection would never end.
class cold_reads {
public:
  /// Large slices pass piece by piece, so that the start of one is not gone
  /// again before its end was read.
  static constexpr uint32_t piece_bytes_max = 1u << 20;

  using begin_read_in = std::function<void(storage::file_slice)>;

  /// Without `begin` nothing is cold.
  explicit cold_reads(begin_read_in begin) : begin_(std::move(begin)) {}

  /// How many bytes of `front`, what is left of the leading slice, may be sent
  /// now. 0: the piece is being read in. Adds pages to `*sum`.
  uint32_t admit(storage::file_slice front, page_count* sum);

  /// `size` of the admitted bytes have left.
  void sent(uint32_t size) noexcept { admitted_ -= size; }

  /// The socket did not take everything. Until it does, the rest of the piece
  /// may fall out of the page cache.
  void interrupted() noexcept { look_again_ = true; }

  /// The piece that was handed out is in the page cache.
  void done() noexcept;

  bool waiting() const noexcept { return waiting_for_ > 0; }

private:
  void hand_out(storage::file_slice piece);

  begin_read_in begin_;
  uint32_t admitted_ = 0;
  uint32_t waiting_for_ = 0;
  bool look_again_ = false;
};

} // namespace troupe::transport
