// SPDX-License-Identifier: Apache-2.0
#include "cold_reads.h"

#include <algorithm>
#include <utility>

namespace troupe::transport {

uint32_t cold_reads::admit(storage::file_slice front, page_count* sum) {
  if (waiting())
    return 0;
  if (admitted_ == 0) {
    front.size = std::min(front.size, piece_bytes_max);
    if (resident(front, sum) || !begin_)
      admitted_ = front.size;
    else
      hand_out(std::move(front));
  } else if (std::exchange(look_again_, false) && begin_
             && !readable_now(front)) {
    front.size = std::exchange(admitted_, 0);
    hand_out(std::move(front));
  }
  return admitted_;
}

void cold_reads::done() noexcept {
  admitted_ = std::exchange(waiting_for_, 0);
  look_again_ = false;
}

void cold_reads::hand_out(storage::file_slice piece) {
  waiting_for_ = piece.size;
  begin_(std::move(piece));
}

} // namespace troupe::transport
