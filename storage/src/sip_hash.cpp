// SPDX-License-Identifier: Apache-2.0
#include "sip_hash.h"

#include <bit>
#include <cstddef>
#include <cstring>

namespace troupe::storage {

namespace {

static_assert(std::endian::native == std::endian::little);

struct sip_state {
  uint64_t v0;
  uint64_t v1;
  uint64_t v2;
  uint64_t v3;

  void mix() noexcept {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void take(uint64_t word) noexcept {
    v3 ^= word;
    mix();
    mix();
    v0 ^= word;
  }

  uint64_t finish() noexcept {
    for (int i = 0; i < 4; ++i)
      mix();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

} // namespace

hash_128 sip_hash(const hash_key& key, std::string_view text) noexcept {
  // The constants spell "somepseudorandomlygeneratedbytes".
  sip_state state{key.low ^ 0x736f6d6570736575, key.high ^ 0x646f72616e646f6d,
                  key.low ^ 0x6c7967656e657261, key.high ^ 0x7465646279746573};
  state.v1 ^= 0xee; // 128 bits are wanted
  auto* at = text.data();
  auto* end = at + text.size() / 8 * 8;
  for (; at != end; at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    state.take(word);
  }
  uint64_t last = 0;
  std::memcpy(&last, at, text.size() % 8);
  state.take(last | static_cast<uint64_t>(text.size()) << 56);
  state.v2 ^= 0xee;
  hash_128 hash;
  hash.low = state.finish();
  state.v1 ^= 0xdd;
  hash.high = state.finish();
  return hash;
}

} // namespace troupe::storage
