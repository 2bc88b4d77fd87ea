// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::storage {

struct hash_key {
  uint64_t low = 0;
  uint64_t high = 0;
};

struct hash_128 {
  uint64_t low = 0;
  uint64_t high = 0;

  bool operator==(const hash_128&) const = default;
};

/// SipHash-2-4 with 128 bits. Who does not know `key` cannot choose texts that
/// collide, and by chance they do not.
hash_128 sip_hash(const hash_key& key, std::string_view text) noexcept;

} // namespace troupe::storage
