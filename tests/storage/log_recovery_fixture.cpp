// SPDX-License-Identifier: Apache-2.0
#include "log_recovery_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace troupe::storage::test {

uint64_t batch_bytes() {
  return log_fixture::batch(1, 100, 1'000'000).size();
}

recovery_fixture::recovery_fixture() {
  options.config.segment_bytes = static_cast<int64_t>(5 * batch_bytes());
  open();
  for (int i = 0; i < 12; ++i)
    append();
  REQUIRE(log_->segment_base_offsets() == offsets{0, 5, 10});
}

bool mentions(const recovery_report& x, const std::string& what) {
  return std::any_of(x.notes.begin(), x.notes.end(), [&](auto& note) {
    return note.find(what) != std::string::npos;
  });
}

} // namespace troupe::storage::test
