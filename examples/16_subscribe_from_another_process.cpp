// SPDX-License-Identifier: Apache-2.0
//
// You learn how an actor in another process subscribes to a topic: it connects
// to the cluster port of a node, asks for blocks, and gets the same messages as
// inside the process. Started without arguments the program is the broker, and
// starts itself once more as the reader.
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/actors/remote_consumer.h>
#include <troupe/storage/record_batch.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

using namespace troupe::actors;

namespace {

constexpr int count = 1000;

void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// Asks for one block more when it is done with one. Ends when it has all.
subscriber_actor::behavior_type reader(subscriber_actor::pointer self) {
  return {
      [self, seen = 0](const troupe::records_block& block) mutable {
        auto read = block.for_each([&](const troupe::storage::record_view& x) {
          return x.value == std::to_string(seen++);
        });
        check(read && block.end_offset == seen, "the next records have come");
        if (seen == count)
          return self->quit();
        // The consumer, which is an actor of this process.
        auto from = caf::actor_cast<consumer_actor>(self->current_sender());
        self->send(from, request_blocks{1});
      },
      [self](const subscription_ended&) { check(false, "it goes on"); },
  };
}

int read_from(uint16_t port) {
  caf::actor_system_config config;
  prepare_remote_consumers(config);
  caf::actor_system system(config);
  auto subscriber = system.spawn(reader);
  remote_consumer_options options;
  options.node = {.host = "127.0.0.1", .port = port};
  options.reading.block_bytes_max = 4 << 10;
  auto source = connect_consumer(system, options, subscriber);
  check(source.has_value(), "the reader is connected");
  caf::anon_send(*source, subscribe{{"numbers", 0}, troupe::from_earliest});
  caf::anon_send(*source, request_blocks{1});
  system.await_all_actors_done();
  return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 2)
    return read_from(static_cast<uint16_t>(std::stoi(argv[1])));
  troupe::node_options options;
  options.temporary = true;
  // Of this machine only: beyond it the port needs TLS.
  options.config.cluster.listen = "127.0.0.1:0";
  auto broker = troupe::node::start(options);
  check(broker.has_value(), "a broker runs in this process");
  troupe::cluster::new_topic topic;
  topic.name = "numbers";
  check((*broker)->create_topic(topic).has_value(), "it has a topic");
  auto out = troupe::producer::open(**broker);
  for (int i = 0; i < count; ++i) {
    troupe::outgoing_record x;
    x.topic = "numbers";
    x.value = std::to_string(i);
    if (!(*out)->post(x))
      check(false, "every record is taken");
  }
  check((*out)->flush().has_value(), "with 1,000 records");
  auto port = std::to_string((*broker)->cluster_address().port);
  std::fflush(stdout);
  auto command = "'" + std::string(argv[0]) + "' " + port;
  check(std::system(command.c_str()) == 0, "another process read them all");
  check((*broker)->stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
