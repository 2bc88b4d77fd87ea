// SPDX-License-Identifier: Apache-2.0
#include "consumer_inbox.h"

#include <doctest/doctest.h>

#include <chrono>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

const storage::topic_partition orders{"orders", 0};
const storage::topic_partition bills{"bills", 0};

records_block
block_to(const storage::topic_partition& from, storage::offset_t end) {
  records_block x;
  x.from = from;
  x.end_offset = end;
  return x;
}

/// What poll returns ends here; no_offset: it returns nothing.
storage::offset_t polled(consumer_inbox& x) {
  auto found = x.poll(0ms);
  REQUIRE(found);
  return *found ? (*found)->end_offset : storage::no_offset;
}

} // namespace

TEST_CASE("consumer inbox: who polls gives back what is revoked") {
  consumer_inbox x;
  x.assigned({orders, bills});
  x.put(block_to(orders, 5));
  x.put(block_to(bills, 7));
  x.revoked({1, {orders}});
  CHECK(polled(x) == 7);
  CHECK(polled(x) == storage::no_offset);
  CHECK(x.assignment() == consumer_inbox::partition_list{bills});
}

TEST_CASE("consumer inbox: what is assigned again after nobody polled in time "
          "is not given back") {
  consumer_inbox x;
  x.assigned({orders});
  x.put(block_to(orders, 5));
  x.revoked({1, {orders}});
  x.assigned({orders});
  x.put(block_to(orders, 9));
  // What came before is another owner's meanwhile.
  CHECK(polled(x) == 9);
  CHECK(x.assignment() == consumer_inbox::partition_list{orders});
}

TEST_CASE("consumer inbox: a second revocation does not hide the first") {
  consumer_inbox x;
  x.assigned({orders, bills});
  x.put(block_to(orders, 5));
  x.put(block_to(bills, 7));
  x.revoked({1, {orders}});
  x.revoked({2, {bills}});
  CHECK(polled(x) == storage::no_offset);
  CHECK(x.assignment().empty());
}
