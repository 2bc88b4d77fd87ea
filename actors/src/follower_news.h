// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>

namespace troupe::actors {

/// What one follower on another node has heard of its leader's offsets, beside
/// the records. A follower that pulls on has taken in what the answer before
/// told; one that does not want to wait says that it may have missed it.
class follower_news {
public:
  struct offsets {
    storage::offset_t high_watermark = storage::no_offset;
    storage::offset_t log_start = storage::no_offset;
  };

  /// It pulls. `waits`: the leader may keep the pull until there are news.
  void pulled(bool waits) noexcept;
  void told(const offsets& x) noexcept { told_ = x; }
  /// Whether these are worth an answer without records.
  bool due(const offsets& x) const noexcept;
  /// Its log begins there, or later.
  storage::offset_t known_log_start() const noexcept {
    return known_log_start_;
  }

private:
  offsets told_;
  storage::offset_t known_log_start_ = storage::no_offset;
};

} // namespace troupe::actors
