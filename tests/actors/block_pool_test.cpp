// SPDX-License-Identifier: Apache-2.0
#include "block_pool.h"

#include <doctest/doctest.h>

#include <memory>
#include <optional>

using namespace troupe::actors;

TEST_CASE("block_pool: memory that nobody holds any more is used again") {
  block_pool pool(4096, 1);
  auto first = pool.take(4096);
  auto* at = first.bytes.data();
  auto second = pool.take(3000);
  CHECK(second.bytes.size() == 3000);
  CHECK(second.bytes.data() != at);
  auto copy = first.owner;
  first = {};
  CHECK(pool.take(4096).bytes.data() != at);
  // The pool keeps one; the blocks in between went back first.
  second = {};
  copy.reset();
  block_pool other(4096, 1);
  first = other.take(2000);
  at = first.bytes.data();
  first = {};
  CHECK(other.take(4096).bytes.data() == at);
}

TEST_CASE("block_pool: small blocks and large ones have memory of their own") {
  block_pool pool(4096, 4);
  for (size_t bytes : {1, 1000, 4097, 100'000}) {
    auto block = pool.take(bytes);
    CHECK(block.bytes.size() == bytes);
    block.bytes[bytes - 1] = std::byte{1};
  }
  auto first = pool.take(4096);
  auto* at = first.bytes.data();
  first = {};
  CHECK(pool.take(100).bytes.data() != at);
  CHECK(pool.take(4096).bytes.data() == at);
}

TEST_CASE("block_pool: a block outlives its pool") {
  std::optional<block_pool> pool;
  pool.emplace(4096, 4);
  auto block = pool->take(4096);
  pool.reset();
  block.bytes[4095] = std::byte{1};
  CHECK(block.bytes[4095] == std::byte{1});
}
