// SPDX-License-Identifier: Apache-2.0
#include "producer_copies.h"

#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::storage {

void producer_copies::keep(offset_t end, const producer_table& producers) {
  ASSERT(copies_.empty() || copies_.back().end <= end);
  if (!copies_.empty() && copies_.back().end == end)
    copies_.pop_back();
  if (copies_.size() == copies_max)
    copies_.pop_front();
  copies_.push_back({end, encode_if_any(producers)});
}

const producer_copies::copy* producer_copies::newest_at(offset_t end) const {
  auto found = std::find_if(copies_.rbegin(), copies_.rend(),
                            [end](const copy& x) { return x.end <= end; });
  return found == copies_.rend() ? nullptr : &*found;
}

void producer_copies::truncate_to(offset_t end) {
  while (!copies_.empty() && copies_.back().end > end)
    copies_.pop_back();
}

std::vector<std::byte> encode_if_any(const producer_table& producers) {
  return producers.empty() ? std::vector<std::byte>{} : producers.encode();
}

result<producer_table> decode_if_any(std::span<const std::byte> bytes) {
  return bytes.empty() ? result<producer_table>{producer_table{}}
                       : producer_table::decode(bytes);
}

} // namespace troupe::storage
