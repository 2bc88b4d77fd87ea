// SPDX-License-Identifier: Apache-2.0
#include "write_queue.h"

#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>

using namespace troupe;
using namespace troupe::transport;

namespace {

chunk text(std::string_view x) {
  return storage::buffer::copy_of(x);
}

chunk file_bytes(uint64_t position, uint32_t size) {
  static auto file = std::make_shared<memory_file>("");
  return storage::file_slice{file, position, size, nullptr};
}

std::string gathered_text(const write_queue& queue, size_t vectors,
                          size_t bytes_max, write_queue::gathered* out) {
  std::array<iovec, 8> into;
  *out = queue.gather(std::span(into).first(vectors), bytes_max);
  std::string result;
  for (size_t i = 0; i < out->count; ++i)
    result.append(static_cast<const char*>(into[i].iov_base), into[i].iov_len);
  CHECK(result.size() == out->bytes);
  return result;
}

} // namespace

TEST_CASE("chunk: the size of an answer is the sum of its chunks") {
  CHECK(size_bytes({}) == 0);
  CHECK(size_bytes({text("abc"), file_bytes(7, 10), text("")}) == 13);
}

TEST_CASE("write_queue: memory of several answers is gathered up to a slice") {
  write_queue queue;
  queue.push({text("ab"), text("")});
  queue.push({text("cde"), file_bytes(0, 10), text("f")});
  CHECK(queue.bytes() == 16);
  write_queue::gathered found;
  CHECK(gathered_text(queue, 8, 100, &found) == "abcde");
  CHECK(found.slice_follows);
  CHECK(gathered_text(queue, 1, 100, &found) == "ab");
  CHECK_FALSE(found.slice_follows);
  CHECK(gathered_text(queue, 8, 3, &found) == "abc");
  CHECK_FALSE(found.slice_follows);
}

TEST_CASE("write_queue: what has left is not gathered again") {
  write_queue queue;
  queue.push({text("ab"), text("cde"), text("f")});
  queue.consume(3);
  write_queue::gathered found;
  CHECK(gathered_text(queue, 8, 100, &found) == "def");
  CHECK_FALSE(found.slice_follows);
  queue.consume(3);
  CHECK(queue.empty());
  CHECK(queue.bytes() == 0);
}

TEST_CASE("write_queue: a slice shrinks as it leaves") {
  write_queue queue;
  queue.push({text("ab"), file_bytes(1000, 10), text("c")});
  CHECK_FALSE(queue.slice_first());
  queue.consume(2);
  REQUIRE(queue.slice_first());
  CHECK(queue.slice(100).position == 1000);
  CHECK(queue.slice(100).size == 10);
  queue.consume(4);
  CHECK(queue.slice(100).position == 1004);
  CHECK(queue.slice(100).size == 6);
  CHECK(queue.slice(5).size == 5);
  queue.consume(6);
  CHECK_FALSE(queue.slice_first());
  CHECK(queue.bytes() == 1);
}

TEST_CASE("write_queue: memory takes the place of part of a slice") {
  write_queue queue;
  queue.push({file_bytes(1000, 10), text("c")});
  queue.consume(2);
  queue.replace_with_memory(storage::buffer::copy_of("wxyz"));
  CHECK(queue.bytes() == 9);
  write_queue::gathered found;
  CHECK(gathered_text(queue, 8, 100, &found) == "wxyz");
  CHECK(found.slice_follows);
  queue.consume(4);
  REQUIRE(queue.slice_first());
  CHECK(queue.slice(100).position == 1006);
  CHECK(queue.slice(100).size == 4);
  queue.replace_with_memory(storage::buffer::copy_of("1234"));
  CHECK(gathered_text(queue, 8, 100, &found) == "1234c");
  queue.clear();
  CHECK(queue.empty());
}
