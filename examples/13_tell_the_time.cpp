// SPDX-License-Identifier: Apache-2.0
//
// You learn how to tell a node what time it is: the time of records that the
// log stamps, of retention and of sessions comes from an object of yours.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/actors/time_source.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

namespace {

using troupe::storage::timestamp_ms;

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// The calendar is ours; how fast time passes is not. Many threads ask.
class our_calendar final : public troupe::time_source {
public:
  explicit our_calendar(timestamp_ms start) : now_(start) {}

  void turn_to(timestamp_ms when) { now_ = when; }

  timestamp_ms wall_ms() noexcept override { return now_; }

  int64_t steady_us() noexcept override {
    using namespace std::chrono;
    return duration_cast<microseconds>(steady_clock::now().time_since_epoch())
        .count();
  }

private:
  std::atomic<timestamp_ms> now_;
};

constexpr timestamp_ms new_year_1999 = 915'148'800'000;
constexpr timestamp_ms new_year_2000 = 946'684'800'000;

} // namespace

int main() {
  auto calendar = std::make_shared<our_calendar>(new_year_1999);
  troupe::node_options options;
  options.temporary = true;
  options.time = calendar;
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  troupe::cluster::new_topic topic;
  topic.name = "diary";
  topic.num_partitions = 1;
  topic.configs = {{"message.timestamp.type", "LogAppendTime"}};
  check(node.create_topic(topic).has_value(), "it has a topic");

  auto producer = troupe::producer::open(node);
  check(producer.has_value(), "a producer is open");
  for (auto when : {new_year_1999, new_year_2000}) {
    calendar->turn_to(when);
    troupe::outgoing_record entry;
    entry.topic = "diary";
    entry.value = "happy new year";
    check((*producer)->append(entry).has_value(), "a record is in the log");
  }

  auto consumer = troupe::consumer::open(node);
  check(consumer.has_value()
            && (*consumer)->subscribe({"diary", 0}, 0).has_value(),
        "a consumer reads it");
  std::vector<timestamp_ms> times;
  while (times.size() < 2) {
    auto block = (*consumer)->poll(std::chrono::seconds(10));
    check(block.has_value() && block->has_value(), "a block has come");
    auto read = (*block)->for_each([&](const troupe::storage::record_view& x) {
      times.push_back(x.timestamp);
      return true;
    });
    check(read.has_value(), "which is whole");
  }
  check(times == std::vector{new_year_1999, new_year_2000},
        "the log stamped the records with our time");
  check(node.stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
