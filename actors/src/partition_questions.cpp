// SPDX-License-Identifier: Apache-2.0
#include "error_map.h"
#include "partition_actor.h"

#include <chrono>
#include <utility>

namespace troupe::actors {

found_offset partition_state::on_find_offset(const find_offset& x) {
  auto answer = core_->find(x);
  check_failure();
  return answer;
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
