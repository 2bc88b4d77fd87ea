// SPDX-License-Identifier: Apache-2.0
#include "follower_news.h"

#include <algorithm>

namespace troupe::actors {

void follower_news::pulled(bool waits) noexcept {
  if (waits)
    known_log_start_ = std::max(known_log_start_, told_.log_start);
  else
    told_ = {};
}

bool follower_news::due(const offsets& x) const noexcept {
  return x.high_watermark > told_.high_watermark
         || x.log_start > told_.log_start;
}

} // namespace troupe::actors
