// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"
#include "partition_actor.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// A search waits for those before it, and may have to read much.
constexpr std::chrono::seconds search_timeout{30};

/// For a checkpoint after records were deleted, and then for the followers.
/// Whoever asked waits no longer.
constexpr std::chrono::milliseconds deletion_timeout{30'000};

/// How often a search begins anew because retention or compaction took files
/// away that it was reading.
constexpr int32_t searches_max = 3;

} // namespace

caf::result<found_offset>
partition_state::on_find_offset(const find_offset& x) {
  auto promise = self->make_response_promise<found_offset>();
  search(x, promise, 1);
  return promise;
}

/// Records are looked for by their time beside the lane: that reads indexes and
/// headers of any age, and unpacks records.
void partition_state::search(const find_offset& x, offset_promise promise,
                             int32_t attempt) {
  auto outcome = core_->find(x);
  check_failure();
  if (outcome.search == nullptr) {
    promise.deliver(std::move(outcome.answer));
    return;
  }
  run_search order{std::move(outcome.search), x.timestamp};
  self->request(config_.cold_reader, search_timeout, std::move(order))
      .then(
          [this, x, promise, attempt](found_offset& y) mutable {
            auto again = core_->searched(y);
            check_failure();
            if (again && attempt < searches_max)
              search(x, std::move(promise), attempt + 1);
            else
              promise.deliver(std::move(y));
          },
          [promise](const caf::error& y) mutable {
            promise.deliver(found_offset{to_problem(y), {}});
          });
}

found_epoch_end partition_state::on_find_epoch_end(const find_epoch_end& x) {
  return core_->find(x);
}

caf::result<records_deleted>
partition_state::on_delete_records(const delete_records& x) {
  auto outcome = core_->delete_before(x.before);
  check_failure();
  if (!outcome.answer.why.ok())
    return outcome.answer;
  remove(std::move(outcome.removed));
  answer_pulls();
  // Only the log start offset cannot be rebuilt from the log: durable first.
  save_checkpoint save{config_.name,
                       core_->log().checkpoint(core_->high_watermark())};
  auto promise = self->make_response_promise<records_deleted>();
  self->request(config_.keeper, deletion_timeout, std::move(save))
      .then(
          [this, promise, answer = outcome.answer](checkpoint_saved& y) {
            park({promise, {std::move(y.why), answer.low_watermark}});
          },
          [promise](const caf::error& y) mutable {
            promise.deliver(records_deleted{to_problem(y), -1});
          });
  return promise;
}

void partition_state::park(parked_deletion x) {
  if (x.answer.why.ok())
    x.answer.why = core_->why_not_leading();
  if (!x.answer.why.ok()) {
    x.promise.deliver(std::move(x.answer));
    return;
  }
  x.deadline_ms = config_.steady_now() + deletion_timeout.count();
  deletions_.push_back(std::move(x));
  answer_deletions();
}

/// As Kafka: who may lead next must not show the deleted records again.
void partition_state::answer_deletions() {
  if (deletions_.empty())
    return;
  auto now = config_.steady_now();
  for (auto& x : std::exchange(deletions_, {})) {
    auto known = followers_know(x.answer.low_watermark);
    if (!known && now < x.deadline_ms) {
      deletions_.push_back(std::move(x));
      continue;
    }
    if (!known)
      x.answer.why = {errc::timed_out,
                      "not every follower in sync deleted the records in time"};
    x.promise.deliver(std::move(x.answer));
  }
}

bool partition_state::followers_know(storage::offset_t log_start) const {
  auto knows = [&](cluster::node_id id) {
    auto found = followers_.find(id);
    return found != followers_.end()
           && found->second.news.known_log_start() >= log_start;
  };
  return std::ranges::all_of(core_->in_sync(), [&](cluster::node_id id) {
    return id == config_.core.self || knows(id);
  });
}

partition_description partition_state::on_describe_partition() {
  return core_->describe();
}

producers_listed partition_state::on_list_producers() {
  return core_->producers();
}

} // namespace troupe::actors
