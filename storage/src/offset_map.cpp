// SPDX-License-Identifier: Apache-2.0
#include "offset_map.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace troupe::storage {

namespace {

constexpr size_t slots_min = 64;
constexpr size_t first_slots_max = 64 << 10;

} // namespace

offset_map::offset_map(uint64_t memory_bytes, const hash_key& key)
    : key_(key), slots_max_(std::bit_floor(std::max<uint64_t>(
                     memory_bytes * 2 / 3 / sizeof(slot), slots_min))) {
  slots_.resize(std::min(slots_max_, first_slots_max));
}

/// The slot of `hash`, or the empty one where it belongs.
size_t offset_map::place_of(const hash_128& hash) const noexcept {
  auto mask = slots_.size() - 1;
  auto i = hash.low & mask;
  while (slots_[i].offset != no_offset && slots_[i].hash != hash)
    i = (i + 1) & mask;
  return i;
}

bool offset_map::put(std::string_view key, offset_t offset) {
  auto hash = sip_hash(key_, key);
  auto i = place_of(hash);
  if (slots_[i].offset != no_offset) {
    slots_[i].offset = offset;
    return true;
  }
  if (size_ >= slots_.size() / 4 * 3) {
    if (slots_.size() == slots_max_)
      return false;
    grow();
    i = place_of(hash);
  }
  slots_[i] = {hash, offset};
  ++size_;
  return true;
}

offset_t offset_map::find(std::string_view key) const noexcept {
  return slots_[place_of(sip_hash(key_, key))].offset;
}

void offset_map::grow() {
  std::vector<slot> old(slots_.size() * 2);
  std::swap(old, slots_);
  for (auto& x : old)
    if (x.offset != no_offset)
      slots_[place_of(x.hash)] = x;
}

} // namespace troupe::storage
