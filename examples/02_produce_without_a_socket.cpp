// SPDX-License-Identifier: Apache-2.0
//
// You learn how to append records from inside the process, without a socket,
// to the same log that Kafka's clients read: one by one, many at once with
// back-pressure, and what a refusal looks like.
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

troupe::outgoing_record order(int number) {
  troupe::outgoing_record x;
  x.topic = "orders";
  // Equal keys go to equal partitions, the same that Kafka's clients choose.
  x.key = "customer-" + std::to_string(number % 10);
  x.value = "order " + std::to_string(number);
  return x;
}

} // namespace

int main() {
  // In a directory of its own, which goes when the node stops.
  troupe::node_options options;
  options.temporary = true;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  troupe::cluster::new_topic topic;
  topic.name = "orders";
  topic.num_partitions = 4;
  check(node.create_topic(topic).has_value(), "it has a topic");

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  auto& out = **producer;

  // One record: the answer comes when all replicas in sync have it.
  auto first = out.append(order(0));
  check(first.has_value() && first->offset == 0,
        "the first record has offset 0");
  auto again = out.append(order(10));
  check(again.has_value() && again->partition == first->partition
            && again->offset == 1,
        "a record with the same key follows in the same partition");

  // Many: `post` batches them, and blocks while too much is under way.
  for (int i = 0; i < 20'000; ++i)
    if (!out.post(order(i)))
      check(false, "every record is taken");
  check(out.flush().has_value(), "20,000 records are in the log");

  // Refusals are values with a reason.
  auto lost = order(0);
  lost.topic = "no-such-topic";
  auto refused = out.append(lost);
  check(!refused.has_value(), refused.error().message.c_str());

  check(node.stop().has_value(), "the broker has stopped");
  check(!out.append(order(0)).has_value(), "and the producer knows it");
  return EXIT_SUCCESS;
}
