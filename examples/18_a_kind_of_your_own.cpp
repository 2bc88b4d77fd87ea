// SPDX-License-Identifier: Apache-2.0
//
// You learn how to make a kind of topic: here tenants take turns, so that one
// that produces much does not hold up the others.
#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/actors/ranked_kind.h>
#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
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

/// A tenant, the record's key, has one place in every round. Those that share a
/// slot take turns as one: memory has a bound.
class tenants_take_turns final : public troupe::ranked_kind {
public:
  using ranked_kind::ranked_kind;

private:
  int64_t rank_of(const troupe::storage::record_view& record) override {
    auto slot = std::hash<std::string_view>{}(record.key.value_or(""));
    auto& last = rounds_[slot % rounds_.size()];
    // Whoever was silent begins now, and has not saved up any rounds.
    last = std::max(last + 1, record.offset / records_per_round);
    return last;
  }

  /// More tenants than that do not keep up with the rounds.
  static constexpr int64_t records_per_round = 100;
  std::vector<int64_t> rounds_ = std::vector<int64_t>(1'024, -1);
};

/// Six records of a large tenant, and then one of a small one.
troupe::storage::buffer work() {
  troupe::storage::batch_builder batch;
  for (const auto* value : {"L1", "L2", "L3", "L4", "L5", "L6"})
    batch.add(1, "large", value);
  batch.add(1, "small", "s1");
  return batch.build();
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  options.kinds["turns"] = [](const troupe::partition_kind_settings& x) {
    return std::make_unique<tenants_take_turns>(x);
  };
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;
  troupe::cluster::new_topic topic;
  topic.name = "work";
  topic.num_partitions = 1;
  topic.configs = {{"troupe.kind", "custom"},
                   {"troupe.custom.kind", "turns"},
                   {"troupe.priority.window", "3"}};
  check(node.create_topic(topic).has_value(), "it has a topic of that kind");
  auto producer = troupe::producer::open(node);
  auto consumer = troupe::consumer::open(node);
  check(producer && consumer, "a producer and a consumer are open");
  check((*producer)->append({"work", 0}, work()).has_value(), "work has come");
  check((*consumer)->subscribe({"work", 0}, 0).has_value(), "is asked for");
  std::vector<std::string> seen;
  while (seen.size() < 3) {
    auto block = (*consumer)->poll(10s);
    check(block.has_value() && block->has_value(), "and some is visible");
    auto read = (*block)->for_each([&](const auto& x) {
      seen.emplace_back(*x.value);
      return true;
    });
    check(read.has_value(), "which can be read");
  }
  check(seen == std::vector<std::string>{"L1", "s1", "L2"},
        "the small one did not wait for all of the large one");
  check(node.stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
