// SPDX-License-Identifier: Apache-2.0
//
// You learn how to stand between a node and its files: to count, as here, or
// to encrypt, to fill a disk in a test, to keep them somewhere else.
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/storage/forwarding_file.h>
#include <troupe/storage/forwarding_file_system.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace troupe::storage;
using troupe::result;

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

std::atomic<int> segment_syncs = 0;

/// What is not overridden goes to the file beneath. Had it no descriptor (-1),
/// records would be read and sent instead of going from the page cache to the
/// socket.
class counted_file final : public forwarding_file {
public:
  using forwarding_file::forwarding_file;

  result<void> sync() override {
    bool segment = path().find("/orders-0/") != std::string::npos
                   && path().ends_with(".log");
    segment_syncs += segment ? 1 : 0;
    return forwarding_file::sync();
  }
};

/// The files of the system, each with a counter. Used by many threads.
class counted_files final : public forwarding_file_system {
public:
  result<std::shared_ptr<file>>
  open(const std::string& path, open_mode mode) override {
    auto opened = forwarding_file_system::open(path, mode);
    if (!opened)
      return opened;
    return std::make_shared<counted_file>(std::move(*opened));
  }
};

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  options.files = std::make_shared<counted_files>();
  // A record is answered when it is on the disk.
  options.config.durability_level = troupe::cluster::durability::fsync;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  troupe::cluster::new_topic topic;
  topic.name = "orders";
  topic.num_partitions = 1;
  check((*broker)->create_topic(topic).has_value(), "it has a topic");
  auto producer = troupe::producer::open(**broker);
  check(producer.has_value(), "a producer is open");
  int before = segment_syncs;
  troupe::outgoing_record order;
  order.topic = "orders";
  order.value = "one more";
  check((*producer)->append(order).has_value(), "a record is in the log");
  check(segment_syncs > before, "it was synced before we were told");
  check((*broker)->stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
