// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Pauses between dials, in milliseconds.
struct dial_backoff_config {
  /// After the first failure.
  uint32_t first_ms = 50;
  /// After many.
  uint32_t longest_ms = 1000;
};

/// How long to wait before a peer is dialled again: twice as long after each
/// failure, up to a limit, and never quite the same, so that the nodes of a
/// cluster do not knock at a returning one all at once.
class dial_backoff {
public:
  /// `seed` feeds the random part; give each node another one.
  dial_backoff(dial_backoff_config config, uint64_t seed);

  /// Between half and all of what is due now; the next one is longer.
  uint32_t next_ms();
  /// A deadline that grows in the same way, for a machine that has too much to
  /// do to be quick; `first_ms` before the first failure.
  uint32_t stretched_ms(uint32_t first_ms, uint32_t longest_ms) const;
  /// The peer was there: begin anew.
  void reset() noexcept { failures_ = 0; }

private:
  dial_backoff_config config_;
  uint32_t failures_ = 0;
  std::mt19937_64 random_;
};

} // namespace troupe::cluster

#pragma GCC visibility pop
