// SPDX-License-Identifier: Apache-2.0
#include "stage_worker_actor.h"

#include "stage_pipeline.h"
#include "view_pipeline.h"

#include <troupe/transport/server.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

/// Counts a slice that is not sent itself, as any that is.
class counted_slice {
public:
  explicit counted_slice(const storage::file_slice& x) : counted_(x) {
    counted_.counters = std::make_shared<storage::page_cache_counters>();
    transport::resident(counted_);
  }

  void add_to(storage::page_cache_counters& to) const {
    auto order = std::memory_order_relaxed;
    const auto& own = *counted_.counters;
    to.pages_hit.fetch_add(own.pages_hit.load(order), order);
    to.pages_missed.fetch_add(own.pages_missed.load(order), order);
  }

private:
  storage::file_slice counted_;
};

/// In memory; waits for the disk.
result<storage::buffer> read_whole(const storage::file_slice& x) {
  auto bytes = std::make_shared<std::vector<std::byte>>(x.size);
  auto size = x.source->read(x.position, *bytes);
  if (!size)
    return failure(std::move(size.error()));
  if (*size < x.size)
    return failure(storage::errc::corrupt_log, "the segment is too short");
  return storage::buffer{bytes, std::span{*bytes}.first(*size)};
}

} // namespace

stage_actor::behavior_type
stage_worker(stage_actor::stateful_pointer<stage_worker_state> self,
             stage_worker_config config) {
  auto& state = self->state;
  state.config = std::move(config);
  return {
      [&state](const stage_batch& x) { state.on_stage_batch(x); },
      [&state](const view_slice& x) { return state.on_view_slice(x); },
  };
}

void stage_worker_state::on_stage_batch(const stage_batch& x) {
  batch_staged outcome;
  outcome.why = make();
  if (outcome.why.ok())
    outcome = stage_one_batch(*chain_, x.to, x.batch,
                              config.stages.config.dead_topic);
  else
    outcome.health = stage_health::unmade;
  outcome.ticket = x.ticket;
  self->send(x.client, std::move(outcome));
}

slice_viewed stage_worker_state::on_view_slice(const view_slice& x) {
  slice_viewed failed;
  failed.why = make();
  if (!failed.why.ok()) {
    failed.health = stage_health::unmade;
    return failed;
  }
  counted_slice counted(x.records);
  auto batches = read_whole(x.records);
  if (batches) {
    auto viewed = view_batches(*chain_, {config.topic, x.partition}, *batches);
    if (viewed.changed && x.records.counters != nullptr)
      counted.add_to(*x.records.counters);
    return viewed;
  }
  failed.health = stage_health::failed;
  failed.why = std::move(batches.error());
  return failed;
}

problem stage_worker_state::make() {
  if (chain_)
    return {};
  auto made = stage_chain::make(config.stages, *config.factories, config.topic);
  if (!made)
    return std::move(made.error());
  chain_.emplace(std::move(*made));
  return {};
}

} // namespace troupe::actors
