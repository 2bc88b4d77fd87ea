// SPDX-License-Identifier: Apache-2.0
//
// You learn how to read records inside the process: blocks of them come as you
// take them and never faster, views point into the block, and the position is
// yours.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;
  troupe::cluster::new_topic topic;
  topic.name = "readings";
  topic.num_partitions = 1;
  check(node.create_topic(topic).has_value(), "it has a topic");

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) {
    troupe::outgoing_record x;
    x.topic = "readings";
    x.value = std::to_string(i);
    if (!(*producer)->post(std::move(x)))
      check(false, "every record is taken");
  }
  check((*producer)->flush().has_value(), "20,000 records are in the log");

  // At most four blocks of 64 KiB wait for us, however slow we are.
  troupe::consumer_options reading;
  reading.block_bytes_max = 64 << 10;
  reading.blocks_ahead = 4;
  auto consumer = troupe::consumer::open(node, reading);
  check(consumer.has_value(), "a consumer is open");
  auto begin = (*consumer)->subscribe({"readings", 0}, 10'000);
  check(begin.has_value() && *begin == 10'000, "it begins in the middle");

  int64_t expected = 10'000;
  int blocks = 0;
  while (expected < count) {
    auto block = (*consumer)->poll(10s);
    check(block.has_value() && block->has_value(), "a block has come");
    ++blocks;
    // Copies of a block share its bytes, and may be kept as long as you like.
    auto read = (*block)->for_each([&](const troupe::storage::record_view& x) {
      if (x.offset != expected || x.value != std::to_string(expected))
        return false;
      ++expected;
      return true;
    });
    check(read.has_value() && (*block)->end_offset == expected,
          "with the records that follow, in order");
  }
  check(blocks > 1, "it took several blocks");

  auto nothing = (*consumer)->poll(0ms);
  check(nothing.has_value() && !nothing->has_value(), "there is nothing more");
  auto outside = (*consumer)->subscribe({"readings", 1}, 0);
  check(!outside.has_value(), outside.error().message.c_str());

  check(node.stop().has_value(), "the broker has stopped");
  check(!(*consumer)->poll(10s).has_value(), "and the consumer knows it");
  return EXIT_SUCCESS;
}
