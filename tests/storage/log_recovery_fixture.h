// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "log_fixture.h"

namespace troupe::storage::test {

using offsets = std::vector<offset_t>;

/// Size of each batch that the fixture appends.
uint64_t batch_bytes();

/// Twelve batches of one record in segments of five.
struct recovery_fixture : log_fixture {
  recovery_fixture();

  void damage(offset_t segment, uint64_t batch, uint64_t at = 70) {
    fs.flip_bit(path(segment, ".log"), batch * batch_bytes() + at);
  }
  void checkpoint_at(offset_t synced) {
    log_->synced_up_to(synced);
    saved = log_->checkpoint(synced);
  }
  errc code_at(offset_t from) {
    return code_of(log_->read(from, 1, 100, read_mode::blocking));
  }
};

/// Does a note of `x` contain `what`?
bool mentions(const recovery_report& x, const std::string& what);

} // namespace troupe::storage::test
