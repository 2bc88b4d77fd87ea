// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"
#include "partition_actor.h"

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// A search waits for those before it, and may have to read much.
constexpr std::chrono::seconds search_timeout{30};

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
  // Only the log start offset cannot be rebuilt from the log: durable first.
  save_checkpoint save{config_.name,
                       core_->log().checkpoint(core_->high_watermark())};
  auto promise = self->make_response_promise<records_deleted>();
  self->request(config_.keeper, std::chrono::seconds(30), std::move(save))
      .then(
          [promise, answer = outcome.answer](checkpoint_saved& y) mutable {
            answer.why = std::move(y.why);
            promise.deliver(answer);
          },
          [promise](const caf::error& y) mutable {
            promise.deliver(records_deleted{to_problem(y), -1});
          });
  return promise;
}

partition_description partition_state::on_describe_partition() {
  return core_->describe();
}

producers_listed partition_state::on_list_producers() {
  return core_->producers();
}

} // namespace troupe::actors
