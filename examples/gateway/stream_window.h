// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace gateway {

/// How many pages of a WebSocket may be asked for: as many as the client has
/// granted, and never more than the queue of unsent ones has room for. A page
/// is granted, then asked for, then queued, then sent.
class stream_window {
public:
  /// `credit` pages are granted from the start.
  stream_window(uint32_t credit, uint32_t credit_max, uint32_t unsent_max)
      : credit_(credit), credit_max_(credit_max), unsent_max_(unsent_max) {}

  /// The client grants more; false when that would be more than credit_max.
  bool grant(uint32_t pages) noexcept {
    if (pages > credit_max_ - credit_)
      return false;
    credit_ += pages;
    return true;
  }

  /// Pages to ask for now; they count as unsent from here on.
  uint32_t take() noexcept {
    auto room = unsent_max_ - unsent_;
    auto pages = credit_ < room ? credit_ : room;
    credit_ -= pages;
    unsent_ += pages;
    return pages;
  }

  /// One of those was written to the socket.
  void sent() noexcept { --unsent_; }

  /// Granted and not asked for.
  uint32_t credit() const noexcept { return credit_; }
  /// Asked for and not sent.
  uint32_t unsent() const noexcept { return unsent_; }

private:
  uint32_t credit_;
  uint32_t credit_max_;
  uint32_t unsent_max_;
  uint32_t unsent_ = 0;
};

} // namespace gateway
