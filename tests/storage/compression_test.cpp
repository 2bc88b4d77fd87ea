// SPDX-License-Identifier: Apache-2.0
#include "storage/src/big_endian.h"
#include "storage/src/compression.h"
#include "tests/storage/hex.h"

#include <troupe/storage/record_batch.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

using namespace troupe::storage;
using troupe::tests::as_bytes;
using troupe::tests::as_text;
using troupe::tests::from_hex;

namespace {

using bytes = std::vector<std::byte>;

constexpr codec all[] = {codec::gzip, codec::snappy, codec::lz4, codec::zstd};
constexpr size_t plenty = 16 << 20;

bytes noise(size_t size) {
  bytes x(size);
  uint64_t state = 42;
  for (auto& b : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    b = static_cast<std::byte>(state >> 56);
  }
  return x;
}

bytes packed(codec with, std::span<const std::byte> plain) {
  auto done = compress(with, plain);
  REQUIRE(done);
  return *done;
}

errc refusal(codec with, std::span<const std::byte> x,
             size_t bytes_max = plenty) {
  auto done = decompress(with, x, bytes_max);
  REQUIRE_FALSE(done);
  return done.error().code;
}

std::string plain_text(codec with, std::span<const std::byte> x) {
  auto done = decompress(with, x, plenty);
  REQUIRE(done);
  return as_text(*done);
}

} // namespace

TEST_CASE("compression: every codec gives back what it got, of any size") {
  for (auto with : all)
    for (size_t size : {0, 1, 100, 4096, 32768, 32769, 65536, 65537, 1000000}) {
      CAPTURE(static_cast<int>(with));
      CAPTURE(size);
      for (const auto& plain : {noise(size), bytes(size, std::byte{'a'})}) {
        auto small = packed(with, plain);
        auto back = decompress(with, small, size);
        REQUIRE(back);
        CHECK(*back == plain);
        if (size > 0)
          CHECK(refusal(with, small, size - 1) == errc::batch_too_large);
      }
    }
}

TEST_CASE("compression: no codec copies within its bound") {
  CHECK(packed(codec::none, as_bytes("abc")).size() == 3);
  CHECK(plain_text(codec::none, as_bytes("abc")) == "abc");
  CHECK(refusal(codec::none, as_bytes("abc"), 2) == errc::batch_too_large);
}

TEST_CASE("compression: unknown codecs are unsupported") {
  auto odd = static_cast<codec>(5);
  CHECK(refusal(odd, as_bytes("abc")) == errc::unsupported_compression);
  CHECK(refusal(odd, {}) == errc::unsupported_compression);
  auto done = compress(odd, as_bytes("abc"));
  REQUIRE_FALSE(done);
  CHECK(done.error().code == errc::unsupported_compression);
}

TEST_CASE("compression: nothing is not a compressed area") {
  for (auto with : all)
    CHECK(refusal(with, {}) == errc::corrupt_batch);
}

TEST_CASE("compression: every cut is corrupt") {
  auto plain = noise(1000);
  for (auto with : all) {
    CAPTURE(static_cast<int>(with));
    auto whole = packed(with, plain);
    for (size_t size = 0; size < whole.size(); ++size) {
      // A xerial stream may end between blocks: here that is its header.
      if (with == codec::snappy && size == 16)
        continue;
      CHECK(refusal(with, std::span{whole}.first(size)) == errc::corrupt_batch);
    }
  }
}

TEST_CASE("compression: garbage after the end is corrupt") {
  for (auto with : all) {
    CAPTURE(static_cast<int>(with));
    auto whole = packed(with, as_bytes("some records"));
    whole.push_back(std::byte{0x55});
    CHECK(refusal(with, whole) == errc::corrupt_batch);
  }
}

TEST_CASE("compression: garbage never yields a crash") {
  for (auto with : all)
    for (size_t size : {1, 2, 10, 16, 17, 100, 5000}) {
      auto done = decompress(with, noise(size), 1 << 16);
      CHECK((done || done.error().code == errc::corrupt_batch
             || done.error().code == errc::batch_too_large));
    }
}

TEST_CASE("compression: flipped bits are corrupt, too large or unseen") {
  auto plain = bytes(2000, std::byte{'a'});
  for (auto with : all) {
    auto whole = packed(with, plain);
    for (size_t i = 0; i < whole.size(); ++i) {
      auto flipped = whole;
      flipped[i] ^= std::byte{0x10};
      auto done = decompress(with, flipped, 4096);
      CHECK((done || done.error().code == errc::corrupt_batch
             || done.error().code == errc::batch_too_large));
    }
  }
}

TEST_CASE("compression: bombs stop at the bound") {
  bytes zeros(16 << 20);
  for (auto with : all) {
    auto bomb = packed(with, zeros);
    CHECK(bomb.size() < (1 << 20));
    CHECK(refusal(with, bomb, 1 << 20) == errc::batch_too_large);
  }
}

TEST_CASE("compression: members, streams and frames may be concatenated") {
  for (auto with : all) {
    CAPTURE(static_cast<int>(with));
    auto both = packed(with, as_bytes("first "));
    auto second = packed(with, as_bytes("second"));
    both.insert(both.end(), second.begin(), second.end());
    CHECK(plain_text(with, both) == "first second");
    CHECK(refusal(with, both, 11) == errc::batch_too_large);
  }
}

TEST_CASE("gzip: what other writers produce") {
  // gzip -c of "hello\n", once with a file name in its header.
  auto bare = from_hex("1f 8b 08 00 00 00 00 00 00 03 cb 48 cd c9 c9 e7 02 00 "
                       "20 30 3a 36 06 00 00 00");
  CHECK(plain_text(codec::gzip, bare) == "hello\n");
  auto named = from_hex("1f 8b 08 08 00 00 00 00 00 03 66 00 cb 48 cd c9 c9 e7 "
                        "02 00 20 30 3a 36 06 00 00 00");
  CHECK(plain_text(codec::gzip, named) == "hello\n");
  bare[18] ^= std::byte{1};
  CHECK(refusal(codec::gzip, bare) == errc::corrupt_batch);
}

TEST_CASE("snappy: a bare block is read too") {
  // length 5, one literal of 5 bytes
  CHECK(plain_text(codec::snappy, from_hex("05 10 68 65 6c 6c 6f")) == "hello");
  // length 10, literal "ab", copy of 8 at distance 2
  CHECK(plain_text(codec::snappy, from_hex("0a 04 61 62 11 02"))
        == "ababababab");
  CHECK(plain_text(codec::snappy, from_hex("00")).empty());
}

TEST_CASE("snappy: we write the xerial framing in blocks of 32 KiB") {
  auto whole = packed(codec::snappy, noise(70000));
  CHECK(troupe::tests::to_hex(std::span{whole}.first(16))
        == "82 53 4e 41 50 50 59 00 00 00 00 01 00 00 00 01");
  size_t at = 16;
  int blocks = 0;
  while (at < whole.size()) {
    at += 4 + load_big_endian<uint32_t>(whole.data() + at);
    ++blocks;
  }
  CHECK(at == whole.size());
  CHECK(blocks == 3);
}

TEST_CASE("snappy: claimed sizes are not believed") {
  // 4 GiB - 1 from nothing, and from a stream's block.
  CHECK(refusal(codec::snappy, from_hex("ff ff ff ff 0f"),
                std::numeric_limits<size_t>::max())
        == errc::corrupt_batch);
  CHECK(
      refusal(codec::snappy, from_hex("82 53 4e 41 50 50 59 00 00 00 00 01 00 "
                                      "00 00 01 00 00 00 05 ff ff ff ff 0f"))
      == errc::corrupt_batch);
  // A block longer than what is left, a negative one, an empty one.
  for (auto size : {"00 00 00 09", "ff ff ff ff", "00 00 00 00"})
    CHECK(refusal(codec::snappy,
                  from_hex(std::string{"82 53 4e 41 50 50 59 00 00 00 00 01 00 "
                                       "00 00 01 "}
                           + size + " 05 10 68 65 6c 6c 6f"))
          == errc::corrupt_batch);
}

TEST_CASE("lz4: we write frames of independent 64 KiB blocks") {
  auto whole = packed(codec::lz4, noise(100));
  CHECK(load_big_endian<uint32_t>(whole.data()) == 0x04224d18);
  auto flags = static_cast<unsigned>(whole[4]);
  CHECK((flags >> 6) == 1);
  CHECK((flags & 0x20) != 0);
  CHECK((flags & 0x01) == 0);
  CHECK((static_cast<unsigned>(whole[5]) >> 4) == 4);
}

TEST_CASE("zstd: a frame without content size is read") {
  // zstd's streaming writer, "hello\n": raw block, no size, no checksum.
  auto frame = from_hex("28 b5 2f fd 00 58 31 00 00 68 65 6c 6c 6f 0a");
  CHECK(plain_text(codec::zstd, frame) == "hello\n");
}

TEST_CASE("zstd: a window beyond 128 MiB is refused before allocation") {
  // Window descriptor a0: 2^30 bytes.
  CHECK(refusal(codec::zstd,
                from_hex("28 b5 2f fd 00 a0 31 00 00 68 65 6c 6c 6f 0a"))
        == errc::corrupt_batch);
}

TEST_CASE("bounded output: grows with what is written, up to its bound") {
  bounded_output to{size_t{1} << 40, 100000};
  size_t written = 0;
  while (written < 100000) {
    auto room = to.room();
    REQUIRE_FALSE(room.empty());
    CHECK(room.size() <= 100001);
    auto size = std::min(room.size(), 100000 - written);
    CHECK(to.wrote(size));
    written += size;
  }
  CHECK(to.allowance() == 0);
  CHECK(to.room().size() == 1);
  CHECK_FALSE(to.wrote(1));
}

TEST_CASE("bounded output: no bound at all does not overflow") {
  bounded_output to{0, std::numeric_limits<size_t>::max()};
  CHECK_FALSE(to.room().empty());
  CHECK(to.wrote(1));
  CHECK(std::move(to).take().size() == 1);
}
