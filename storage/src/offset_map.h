// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sip_hash.h"

#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::storage {

/// The last offset of each key in the dirty part of a log, in bounded memory:
/// of a key it keeps a 128-bit hash only. Two keys with one hash would be taken
/// for one, which a keyed hash of that size makes a thing that does not happen.
class offset_map {
public:
  /// Grows by doubling, so that old and new table together never take more
  /// than `memory_bytes`.
  offset_map(uint64_t memory_bytes, const hash_key& key);

  /// Offsets come in ascending order. False when the map is full: nothing was
  /// changed.
  bool put(std::string_view key, offset_t offset);

  /// no_offset when the key is not known.
  offset_t find(std::string_view key) const noexcept;

  size_t size() const noexcept { return size_; }

private:
  struct slot {
    hash_128 hash;
    offset_t offset = no_offset;
  };

  size_t place_of(const hash_128& hash) const noexcept;
  void grow();

  hash_key key_;
  /// Powers of two, probed in order; three quarters full at most.
  std::vector<slot> slots_;
  size_t slots_max_;
  size_t size_ = 0;
};

} // namespace troupe::storage
