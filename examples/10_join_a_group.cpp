// SPDX-License-Identifier: Apache-2.0
//
// You learn how consumers inside the process join a consumer group: they share
// the partitions of a topic, commit how far they are, and whoever comes after
// them goes on there, Kafka's clients included.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
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

std::unique_ptr<troupe::consumer> join(troupe::node& node) {
  troupe::consumer_options options;
  // Where a partition begins of which nothing is committed.
  options.reset = troupe::offset_reset::earliest;
  auto& group = options.group.emplace();
  group.group_id = "billing";
  group.topics = {"orders"};
  auto made = troupe::consumer::open(node, options);
  check(made.has_value(), "a consumer joins the group");
  return std::move(*made);
}

/// Records that come until there are `wanted`, or nothing comes any more.
int take(troupe::consumer& from, int wanted) {
  int count = 0;
  while (count < wanted) {
    auto block = from.poll(10s);
    if (!block || !*block)
      break;
    auto read = (*block)->for_each([&](const troupe::storage::record_view&) {
      ++count;
      return true;
    });
    check(read.has_value(), "a block of records has come");
  }
  return count;
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  options.config.groups.consumer.heartbeat_interval_ms = 100;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;
  troupe::cluster::new_topic topic;
  topic.name = "orders";
  topic.num_partitions = 4;
  check(node.create_topic(topic).has_value(), "it has a topic of 4 partitions");
  auto producer = troupe::producer::open(node);
  auto write = [&](int count) {
    for (int i = 0; i < count; ++i) {
      troupe::outgoing_record x;
      x.topic = "orders";
      x.partition = i % 4;
      x.value = std::to_string(i);
      if (!(*producer)->append(std::move(x)))
        check(false, "every record is taken");
    }
  };
  write(8);

  auto first = join(node);
  check(take(*first, 8) == 8, "alone it reads everything");
  auto second = join(node);
  // Partitions are given up while we poll, when we are done with their blocks.
  for (int i = 0; i < 2000 && second->assignment().size() < 2; ++i)
    if (!first->poll(10ms) || !second->poll(10ms))
      check(false, "nothing ends meanwhile");
  check(first->assignment().size() == 2, "now each has two partitions");

  check(first->close().has_value(), "the first one commits and leaves");
  write(4);
  check(take(*second, 4) == 4, "the other one reads what is new, and no more");
  check(second->commit().has_value(), "and says so");
  check(second->close().has_value() && node.stop().has_value(), "all is over");
  return EXIT_SUCCESS;
}
