// SPDX-License-Identifier: Apache-2.0
#include "simulated_producer.h"

#include <troupe/storage/record_batch.h>

#include <optional>

namespace troupe::simulation {

namespace {

constexpr int64_t answer_timeout_ms = 400;
constexpr int64_t retry_ms = 30;
/// Apart from the nodes' ids.
constexpr node_id first_address = 1000;

} // namespace

simulated_producer::simulated_producer(simulated_cluster& world,
                                       storage::topic_partition name,
                                       storage::producer_id_t id)
    : world_(world), name_(std::move(name)), id_(id),
      address_(first_address + static_cast<node_id>(id)) {}

void simulated_producer::next_batch() {
  batch_.clear();
  auto count = 1 + world_.network().below(3);
  for (uint64_t i = 0; i < count; ++i)
    batch_.push_back(std::to_string(sequence_ + static_cast<int32_t>(i)));
}

void simulated_producer::send() {
  if (!waiting_) {
    if (stopped_)
      return;
    next_batch();
    waiting_ = true;
  }
  auto number = ++attempt_;
  again(answer_timeout_ms);
  auto nodes = world_.ids();
  auto to =
      world_.leader_of(name_, nodes[world_.network().below(nodes.size())]);
  if (to == cluster::no_node)
    return;
  storage::batch_builder builder;
  builder.producer(id_, 0, sequence_);
  for (const auto& value : batch_)
    builder.add(world_.network().now().wall_ms, std::nullopt, value);
  auto& net = world_.network();
  net.send(address_, to,
           [this, to, number, sequence = sequence_, batch = builder.build()] {
             auto* there = world_.partition(to, name_);
             if (there != nullptr && there->serves())
               there->append(batch, reply_to(to, number, sequence));
           });
}

/// Answers to earlier batches come late, too.
simulated_partition::appended
simulated_producer::reply_to(node_id from, uint64_t attempt, int32_t sequence) {
  return [this, from, attempt, sequence](const actors::append_finished& x) {
    world_.network().send(from, address_, [this, attempt, sequence, x] {
      if (sequence == sequence_)
        finished(attempt, x);
    });
  };
}

void simulated_producer::again(int64_t delay_ms) {
  world_.network().at(address_, delay_ms, [this, number = attempt_] {
    if (waiting_ && number == attempt_)
      send();
  });
}

void simulated_producer::finished(uint64_t attempt,
                                  const actors::append_finished& x) {
  // Any attempt may succeed; only the last one's refusal means anything.
  if (!waiting_ || (!x.why.ok() && attempt != attempt_))
    return;
  if (!x.why.ok()) {
    refusal_ = x.why.message;
    again(retry_ms);
    return;
  }
  if (x.info.next_offset - x.info.base_offset
      != static_cast<storage::offset_t>(batch_.size()))
    return;
  waiting_ = false;
  sequence_ += static_cast<int32_t>(batch_.size());
  acknowledged_.insert(acknowledged_.end(), batch_.begin(), batch_.end());
  world_.network().at(address_, world_.network().below_ms(20),
                      [this] { send(); });
}

void simulated_producer::check(const std::vector<std::string>& agreed) {
  auto expected = acknowledged_;
  if (waiting_ && agreed.size() > expected.size())
    expected.insert(expected.end(), batch_.begin(), batch_.end());
  if (agreed != expected)
    world_.violation(
        "of " + to_string(name_) + " " + std::to_string(acknowledged_.size())
        + " records were acknowledged, " + std::to_string(agreed.size())
        + " are there, or not in order");
}

} // namespace troupe::simulation
