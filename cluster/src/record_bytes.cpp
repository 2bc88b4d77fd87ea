// SPDX-License-Identifier: Apache-2.0
#include <record_bytes.h>

#include <troupe/storage/assert.h>

#include <limits>

namespace troupe::cluster {

void record_writer::text(std::string_view x) {
  ASSERT(x.size() <= std::numeric_limits<uint32_t>::max());
  u32(static_cast<uint32_t>(x.size()));
  append(x);
}

} // namespace troupe::cluster
