// SPDX-License-Identifier: Apache-2.0
#include "storage/src/offset_map.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace troupe::storage;

TEST_CASE("sip hash: yields the vectors of its reference") {
  // Key 00 01 .. 0f, texts 00 01 02 .. of growing length.
  hash_key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string text;
  auto hash = sip_hash(key, text);
  CHECK(hash.low == 0xe6a825ba047f81a3);
  CHECK(hash.high == 0x930255c71472f66d);
  text.push_back('\0');
  hash = sip_hash(key, text);
  CHECK(hash.low == 0x44af996bd8c187da);
  CHECK(hash.high == 0x45fc229b11597634);
  CHECK(sip_hash(key, "12345678") != sip_hash(key, "123456780"));
  CHECK(sip_hash({1, 2}, "a") != sip_hash({1, 3}, "a"));
}

TEST_CASE("offset map: keeps the last offset of each key") {
  offset_map map{32 << 20, {1, 2}};
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 200000; ++i)
      REQUIRE(map.put(std::to_string(i), round * 200000 + i));
  CHECK(map.size() == 200000);
  for (int i = 0; i < 200000; ++i)
    REQUIRE(map.find(std::to_string(i)) == 200000 + i);
  CHECK(map.find("200000") == no_offset);
  CHECK(map.find("") == no_offset);
  CHECK(map.put("", 400000));
  CHECK(map.find("") == 400000);
}

TEST_CASE("offset map: a full one takes no other key and forgets nothing") {
  offset_map map{10000, {1, 2}};
  offset_t offset = 0;
  while (map.put(std::to_string(offset), offset))
    ++offset;
  CHECK(offset == static_cast<offset_t>(map.size()));
  CHECK(offset > 100);
  CHECK(offset * 24 < 10000);
  CHECK(map.find(std::to_string(offset)) == no_offset);
  for (offset_t i = 0; i < offset; ++i)
    CHECK(map.find(std::to_string(i)) == i);
  CHECK(map.put("7", 1000));
  CHECK(map.find("7") == 1000);
}
