// SPDX-License-Identifier: Apache-2.0
#include "reply_queue.h"

#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

using namespace troupe::transport;

TEST_CASE("reply_queue: answers leave in the order of the slots") {
  std::vector<size_t> order{0, 1, 2, 3, 4};
  do {
    reply_queue queue;
    for (size_t i = 0; i < order.size(); ++i)
      CHECK(queue.open(10) == i);
    std::vector<size_t> sizes;
    for (size_t slot : order) {
      queue.answer(slot, text_answer(std::string(slot, 'x')));
      while (auto answer = queue.release())
        sizes.push_back(size_bytes(*answer));
    }
    CHECK(sizes == std::vector<size_t>{4, 5, 6, 7, 8});
    CHECK(queue.requests_in_flight() == 0);
    CHECK(queue.reply_bytes() == 0);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("reply_queue: bytes of requests count until they are answered") {
  reply_queue queue;
  auto first = queue.open(100);
  auto second = queue.open(20);
  CHECK(queue.request_bytes() == 120);
  queue.answer(second, text_answer("12345"));
  CHECK(queue.request_bytes() == 100);
  CHECK(queue.reply_bytes() == 9);
  CHECK(queue.requests_in_flight() == 2);
  CHECK_FALSE(queue.release());
  queue.answer(first, {});
  CHECK(queue.request_bytes() == 0);
  CHECK(queue.release()->empty());
  CHECK(size_bytes(*queue.release()) == 9);
  CHECK_FALSE(queue.release());
}

TEST_CASE("reply_queue: after clear the numbers go on") {
  reply_queue queue;
  queue.open(5);
  queue.answer(queue.open(5), text_answer("x"));
  queue.clear();
  CHECK(queue.requests_in_flight() == 0);
  CHECK(queue.request_bytes() == 0);
  CHECK(queue.reply_bytes() == 0);
  CHECK(queue.open(1) == 2);
  queue.answer(2, {});
  CHECK(queue.release());
}
