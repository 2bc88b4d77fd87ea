// SPDX-License-Identifier: Apache-2.0
#include "frame_pool.h"

#include <doctest/doctest.h>

#include <cstring>
#include <thread>
#include <vector>

using namespace troupe::transport;

TEST_CASE("frame_pool: a block holds what was asked for, without much waste") {
  auto pool = frame_pool::make(0);
  for (size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{4097},
                      size_t{65536}, size_t{65537}, size_t{1000000},
                      size_t{1} << 20, (size_t{1} << 20) + 100}) {
    CAPTURE(size);
    auto block = pool->take(size);
    CHECK(block.capacity >= size);
    CHECK(block.capacity <= std::max<size_t>(4096, size + size / 4));
    std::memset(block.memory.get(), 1, block.capacity);
  }
}

TEST_CASE("frame_pool: a block whose last reference is gone is used again") {
  auto pool = frame_pool::make(1u << 20);
  auto first = pool->take(100000);
  auto* memory = first.memory.get();
  auto held = first.memory;
  first = {};
  CHECK(pool->idle_bytes() == 0);
  held.reset();
  CHECK(pool->idle_bytes() > 0);
  auto second = pool->take(100000);
  CHECK(second.memory.get() == memory);
  CHECK(pool->idle_bytes() == 0);
}

TEST_CASE("frame_pool: idle memory stays below its bound, oldest leaves") {
  auto pool = frame_pool::make(256u << 10);
  std::vector<frame_pool::block> blocks;
  for (int i = 0; i < 10; ++i)
    blocks.push_back(pool->take(64u << 10));
  blocks.clear();
  CHECK(pool->idle_bytes() == 256u << 10);
  pool->take(128u << 10);
  CHECK(pool->idle_bytes() == 256u << 10);
  pool->take(512u << 10);
  CHECK(pool->idle_bytes() == 256u << 10);
}

TEST_CASE("frame_pool: a block may outlive its pool and die elsewhere") {
  auto pool = frame_pool::make(1u << 20);
  auto block = pool->take(4096);
  pool.reset();
  std::thread([x = std::move(block)]() mutable {
    std::memset(x.memory.get(), 2, x.capacity);
    x = {};
  }).join();
}
