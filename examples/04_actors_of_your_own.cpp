// SPDX-License-Identifier: Apache-2.0
//
// You learn how actors of your own actor system work with a broker in the same
// process: one subscribes to a topic with demand, works, and appends what comes
// of it to another topic.
#include <troupe/actors/consumer.h>
#include <troupe/actors/consumer_interfaces.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/actors/producer_interfaces.h>
#include <troupe/storage/record_batch.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

using namespace troupe::actors;

namespace {

void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// Greets guests. Asks for more of them when the greetings are in the log.
subscriber_actor::behavior_type
greeter(subscriber_actor::pointer self, producer_actor results) {
  return {
      [=](const troupe::records_block& block) {
        auto from = caf::actor_cast<consumer_actor>(self->current_sender());
        troupe::storage::batch_builder greetings;
        auto read = block.for_each([&](const auto& x) {
          greetings.add(x.timestamp, x.key, "hello, " + std::string(*x.value));
          return true;
        });
        check(read.has_value(), "guests have come");
        self->request(results, caf::infinite,
                      produce_batch{{"greetings", 0}, greetings.build()})
            .then([=](const records_produced& answer) {
              if (answer.why.ok())
                self->send(from, request_blocks{1});
            });
      },
      // The broker has stopped.
      [=](const subscription_ended&) { self->quit(); },
  };
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  auto broker = troupe::node::start(options);
  check(broker.has_value(), "a broker runs in this process");
  troupe::cluster::new_topic topic;
  for (auto name : {"guests", "greetings"}) {
    topic.name = name;
    check((*broker)->create_topic(topic).has_value(), name);
  }

  caf::actor_system_config config;
  caf::actor_system system(config);
  auto results = spawn_producer(**broker, {});
  auto worker = system.spawn(greeter, *results);
  auto source = spawn_consumer(**broker, {}, worker);
  check(results && source, "a producer and a consumer work for our actor");
  caf::anon_send(*source, subscribe{{"guests", 0}, troupe::from_earliest});
  caf::anon_send(*source, request_blocks{1});

  // From here on as any program, or any Kafka client.
  auto out = troupe::producer::open(**broker);
  auto in = troupe::consumer::open(**broker);
  check(out && in && (*in)->subscribe({"greetings", 0}, 0), "we read them");
  troupe::storage::batch_builder guests;
  for (int i = 1; i <= 100; ++i)
    guests.add(i, std::nullopt, "guest " + std::to_string(i));
  check((*out)->append({"guests", 0}, guests.build()).has_value(), "they come");
  auto block = (*in)->poll(std::chrono::seconds(10));
  check(block && *block, "greetings have come back");
  std::string last;
  auto read = (*block)->for_each([&](const auto& x) {
    last = *x.value;
    return true;
  });
  check(read && last == "hello, guest 100", "each guest was greeted");
  check((*broker)->stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
