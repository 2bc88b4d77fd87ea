// SPDX-License-Identifier: Apache-2.0
//
// You learn how urgent records overtake others: in a topic of the kind
// "priority" those that are not visible yet become so by their level, and only
// a window of them is visible ahead of what consumers have committed.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/storage/record_batch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// Four tasks, in the order in which somebody thought of them.
troupe::storage::buffer tasks() {
  troupe::storage::batch_builder batch;
  auto add = [&](const char* what, const char* level) {
    troupe::storage::record_field priority{"troupe.priority", level};
    batch.add(1, std::nullopt, what, {&priority, 1});
  };
  add("tidy up", "0");
  add("answer letters", "4");
  add("put out the fire", "9");
  add("water the flowers", "4");
  return batch.build();
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  troupe::cluster::new_topic topic;
  topic.name = "tasks";
  topic.num_partitions = 1;
  topic.configs = {{"troupe.kind", "priority"},
                   {"troupe.priority.window", "3"}};
  check(node.create_topic(topic).has_value(), "it has a topic with priorities");

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  check((*producer)->append({"tasks", 0}, tasks()).has_value(),
        "four tasks have come at once");

  auto consumer = troupe::consumer::open(node);
  check(consumer.has_value(), "a consumer is open");
  check((*consumer)->subscribe({"tasks", 0}, 0).has_value(),
        "it reads the topic like any other");
  std::vector<std::string> seen;
  while (seen.size() < 3) {
    auto block = (*consumer)->poll(10s);
    check(block.has_value() && block->has_value(), "some are visible");
    auto read = (*block)->for_each([&](const auto& x) {
      seen.emplace_back(*x.value);
      return true;
    });
    check(read.has_value(), "and can be read");
  }
  check(seen[0] == "put out the fire", "the urgent one is the first");
  check(seen[1] == "answer letters" && seen[2] == "water the flowers",
        "those of one level are in the order in which they came");
  // Clients of Kafka commit; then the window moves on.
  auto more = (*consumer)->poll(300ms);
  check(seen.size() == 3 && more.has_value() && !more->has_value(),
        "the rest may still be overtaken: nobody has committed yet");
  check(node.stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
