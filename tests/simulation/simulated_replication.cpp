// SPDX-License-Identifier: Apache-2.0
// How the replicas of a partition copy from each other.
#include "simulated_cluster.h"
#include "simulated_partition.h"

#include <algorithm>
#include <utility>

namespace troupe::simulation {

namespace {

constexpr uint32_t pull_bytes_max = 2000;
constexpr uint32_t pull_wait_ms_max = 300;
constexpr int64_t answer_timeout_ms = 700;
constexpr int64_t pause_ms = 50;
constexpr int64_t longest_pause_ms = 500;

storage::buffer bytes_of(const storage::file_slice& x) {
  std::vector<std::byte> bytes(x.size);
  if (x.size > 0)
    if (auto read = x.source->read(x.position, bytes))
      bytes.resize(*read);
  return storage::buffer::copy_of(bytes);
}

} // namespace

// -- as a leader --------------------------------------------------------------

void simulated_partition::pull(const actors::pull_batches& x, pulled answer) {
  pulls_.erase(x.replica);
  auto admission = core_->admit(x, now());
  if (!admission.admitted) {
    answer({std::move(admission.outcome), {}});
    return;
  }
  high_watermark_moved();
  propose_isr();
  serve({x, std::move(answer), now().steady_ms + x.wait_ms_max}, true);
}

void simulated_partition::serve(parked_pull x, bool may_wait) {
  auto read = core_->read(x.request);
  check_failure();
  auto& outcome = read.answer.outcome;
  auto& told = told_high_watermark_[x.request.replica];
  bool news = outcome.high_watermark > told || read.answer.records.size > 0;
  if (may_wait && outcome.why.ok() && !news) {
    pulls_[x.request.replica] = std::move(x);
    return;
  }
  told = outcome.high_watermark;
  x.answer({outcome, bytes_of(read.answer.records)});
}

void simulated_partition::propose_isr() {
  auto proposal = core_->propose(now(), world_.lag_ms_max);
  if (!proposal)
    return;
  cluster::isr_alteration wanted{self_,
                                 topic_id_,
                                 name_.partition,
                                 proposal->leader_epoch,
                                 proposal->partition_epoch,
                                 proposal->isr};
  world_.ask_controller(
      self_,
      [wanted](simulated_metadata& there,
               const cluster::metadata_image& image) {
        return there.by().alter_isr(image, wanted);
      },
      [this, asked = *proposal, &world = world_, self = self_,
       name = name_](const actors::problem& why) {
        if (world.partition(self, name) != this)
          return;
        core_->proposal_answered(asked, why, now());
        high_watermark_moved();
      });
}

// -- as a follower ------------------------------------------------------------

void simulated_partition::follow() {
  ++pull_number_;
  if (registration_.leader != cluster::no_node)
    ask_again(0);
}

void simulated_partition::ask_again(int64_t delay_ms) {
  auto number = ++pull_number_;
  world_.later(self_, name_, delay_ms, [number](simulated_partition& x) {
    if (x.pull_number_ == number)
      x.ask();
  });
}

void simulated_partition::ask() {
  if (core_->leads() || core_->failed())
    return;
  // What the pull says to have must survive.
  if (core_->waits_for_sync())
    sync();
  auto position = core_->position();
  actors::pull_batches x;
  x.name = name_;
  x.topic_id = topic_id_;
  x.replica = self_;
  x.leader_epoch = position.leader_epoch;
  x.fetch_offset = position.fetch_offset;
  x.last_epoch = position.last_epoch;
  x.bytes_max = pull_bytes_max;
  x.wait_ms_max = pull_wait_ms_max;
  auto number = ++pull_number_;
  auto to = registration_.leader;
  auto& world = world_;
  auto& net = world_.network();
  net.send(self_, to, [&world, x, to, number] {
    auto* leader = world.partition(to, x.name);
    if (leader == nullptr || !leader->serves())
      return;
    leader->pull(x, [&world, x, to, number](const actors::batches_pulled& y) {
      world.network().send(to, x.replica, [&world, x, y, number] {
        if (auto* me = world.partition(x.replica, x.name))
          me->take(number, y);
      });
    });
  });
  world_.later(self_, name_, answer_timeout_ms,
               [number](simulated_partition& me) {
                 if (me.pull_number_ == number)
                   me.ask();
               });
}

void simulated_partition::take(uint64_t number,
                               const actors::batches_pulled& x) {
  if (core_ == nullptr || number != pull_number_)
    return;
  auto step = core_->apply(x, now().wall_ms);
  check_failure();
  if (core_->failed())
    return;
  if (step.cut)
    save_checkpoint();
  switch (step.pace) {
  case actors::pull_pace::at_once:
    ask();
    break;
  case actors::pull_pace::after_pause:
    ask_again(pause_ms);
    break;
  case actors::pull_pace::after_longest_pause:
    ask_again(longest_pause_ms);
    break;
  }
}

} // namespace troupe::simulation
