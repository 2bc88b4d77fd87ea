// SPDX-License-Identifier: Apache-2.0
//
// You learn how a topic of the kind "queue" hands out work: each delivery is
// accepted, released for another try or rejected, by a record in
// "<topic>.acks"; what nobody can do becomes a dead letter.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
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

/// The id of each delivery by its job, as soon as there are so many.
std::map<std::string, std::string>
take(troupe::consumer& from, const std::string& topic, size_t count) {
  check(from.subscribe({topic, 0}, 0).has_value(), topic.c_str());
  std::map<std::string, std::string> jobs;
  for (size_t seen = 0; seen < count;) {
    auto block = from.poll(10s);
    check(block.has_value() && block->has_value(), "has records");
    auto read = (*block)->for_each([&](const auto& x) {
      for (const auto& header : x.headers)
        if (header.key == "troupe.delivery")
          jobs[std::string{*x.value}] = *header.value;
      ++seen;
      return true;
    });
    check(read.has_value(), "that can be read");
  }
  from.unsubscribe({topic, 0});
  return jobs;
}

troupe::outgoing_record record(std::string topic, std::string value) {
  troupe::outgoing_record x;
  x.topic = std::move(topic);
  x.partition = 0;
  x.value = std::move(value);
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
  topic.name = "jobs";
  topic.num_partitions = 1;
  topic.configs = {{"troupe.kind", "queue"}, {"troupe.queue.backoff.ms", "50"}};
  check(node.create_topic(topic).has_value(), "it has a queue");
  auto producer = troupe::producer::open(node);
  auto consumer = troupe::consumer::open(node);
  check(producer && consumer, "a producer and a consumer are open");

  for (const auto* job : {"easy", "busy", "broken"})
    check((*producer)->append(record("jobs", job)).has_value(), job);
  auto jobs = take(**consumer, "jobs", 3);
  auto say = [&](const std::string& job, const char* verdict) {
    auto x = record("jobs.acks", jobs[job]);
    x.headers = {{"troupe.verdict", verdict}};
    check((*producer)->append(std::move(x)).has_value(), verdict);
  };
  say("easy", "accept");
  say("busy", "release");
  say("broken", "reject");

  jobs = take(**consumer, "jobs", 4);
  check(jobs["busy"] == "0-1-2", "what was released comes a second time");
  check(jobs["easy"] == "0-0-1", "what was accepted does not");
  say("busy", "accept");
  auto dead = take(**consumer, "jobs.dead", 1);
  check(dead["broken"] == "0-2-1", "what was rejected is a dead letter");
  return EXIT_SUCCESS;
}
