// SPDX-License-Identifier: Apache-2.0
//
// You learn how to hold records back: in a topic of the kind "delayed" each
// becomes visible when its header says, and not before, whoever consumes it.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

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

int64_t now_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Its value says for how long it waits.
troupe::outgoing_record reminder(int delay_ms) {
  troupe::outgoing_record x;
  x.topic = "reminders";
  x.value = std::to_string(delay_ms);
  x.headers = {{"troupe.delay.ms", *x.value}};
  return x;
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  troupe::cluster::new_topic topic;
  topic.name = "reminders";
  topic.num_partitions = 1;
  topic.configs = {{"troupe.kind", "delayed"}};
  check(node.create_topic(topic).has_value(), "it has a delayed topic");

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  for (int delay_ms : {600, 200, 400})
    check((*producer)->append(reminder(delay_ms)).has_value(),
          "a reminder is in the log of what waits");

  auto consumer = troupe::consumer::open(node);
  check(consumer.has_value(), "a consumer is open");
  check((*consumer)->subscribe({"reminders", 0}, 0).has_value(),
        "it reads the topic like any other");
  std::vector<std::string> seen;
  while (seen.size() < 3) {
    auto block = (*consumer)->poll(10s);
    check(block.has_value() && block->has_value(), "something is due");
    auto now = now_ms();
    bool early = false;
    auto read = (*block)->for_each([&](const auto& x) {
      seen.emplace_back(*x.value);
      early |= now < x.timestamp + std::stoi(seen.back());
      return true;
    });
    check(read.has_value() && !early, "and it was not visible before its time");
  }
  check(seen == std::vector<std::string>{"200", "400", "600"},
        "what was due first has come first");
  check(node.stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
