// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/controller.h>
#include <troupe/storage/assert.h>

#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

namespace troupe::cluster {

controller::controller(broker_config config, uint64_t seed)
    : config_(std::move(config)), random_(seed) {
  ASSERT(config_.producer_id_block_size > 0);
}

uuid controller::fresh_uuid() {
  uuid x;
  for (size_t i = 0; i < x.bytes.size(); i += sizeof(uint64_t)) {
    uint64_t bits = random_();
    std::memcpy(&x.bytes[i], &bits, sizeof bits);
  }
  // Version 4, variant 1. The first bit stays clear: printed, the id then never
  // starts with '-', which command line tools would take for an option.
  x.bytes[0] &= 0x7f;
  x.bytes[6] = static_cast<uint8_t>((x.bytes[6] & 0x0f) | 0x40);
  x.bytes[8] = static_cast<uint8_t>((x.bytes[8] & 0x3f) | 0x80);
  return x;
}

std::pair<std::pair<int64_t, int64_t>, metadata_delta>
controller::allocate_producer_ids(const metadata_image& image) {
  auto first = image.next_producer_id;
  if (first
      > std::numeric_limits<int64_t>::max() - config_.producer_id_block_size)
    return {{first, first}, {}};
  auto last = first + config_.producer_id_block_size;
  return {{first, last}, {producer_ids_allocated{last}}};
}

} // namespace troupe::cluster
