// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/assert.h>

#include <cstdio>
#include <cstdlib>

namespace troupe::storage::detail {

void assertion_failed(const char* condition, const char* file,
                      int line) noexcept {
  std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, condition);
  std::fflush(stderr);
  std::abort();
}

} // namespace troupe::storage::detail
