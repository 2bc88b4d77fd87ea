// SPDX-License-Identifier: Apache-2.0
#include "appending_actor.h"

#include "record_json.h"

#include <caf/error.hpp>

#include <utility>
#include <variant>

namespace gateway {

using troupe::actors::problem;
using troupe::actors::produce_record;
using troupe::actors::records_produced;

appending_actor::behavior_type
appending(appending_actor::stateful_pointer<appending_state> self,
          troupe::actors::producer_actor producer, gateway_limits bounds) {
  self->state.producer = std::move(producer);
  self->state.bounds = bounds;
  return {
      [self](append_order& x) { self->state.on_append_order(x); },
  };
}

void appending_state::on_append_order(append_order& x) {
  told_ = std::move(x.told);
  auto records = decode(x);
  if (!records) {
    told_(to_answer(records.error()));
    return self->quit();
  }
  outcomes_.resize(records->size());
  missing_ = records->size();
  for (size_t i = 0; i < records->size(); ++i)
    append(i, std::move((*records)[i]));
}

outcome<std::vector<troupe::outgoing_record>>
appending_state::decode(append_order& x) const {
  if (auto* body = std::get_if<json_body>(&x.what)) {
    if (x.to.partition || x.to.key)
      return bad_request("in JSON each record has its own partition and key");
    return decode_records(body->text, x.to.topic, bounds);
  }
  if (auto* records =
          std::get_if<std::vector<troupe::outgoing_record>>(&x.what))
    return std::move(*records);
  troupe::outgoing_record one;
  one.topic = std::move(x.to.topic);
  one.partition = x.to.partition;
  one.key = std::move(x.to.key);
  one.value = std::move(std::get<value_body>(x.what).bytes);
  std::vector<troupe::outgoing_record> out;
  out.push_back(std::move(one));
  return out;
}

void appending_state::append(size_t index, troupe::outgoing_record x) {
  // The producer's delivery timeout ends this wait.
  self->request(producer, caf::infinite, produce_record{std::move(x)})
      .then(
          [this, index](records_produced& answer) {
            settle(index,
                   {std::move(answer.why), answer.partition, answer.offset});
          },
          [this, index](const caf::error&) {
            settle(index, {problem(troupe::actors::errc::stopping,
                                   "the broker is stopping")});
          });
}

void appending_state::settle(size_t index, record_outcome x) {
  outcomes_[index] = std::move(x);
  if (--missing_ > 0)
    return;
  told_(to_answer(outcomes_));
  self->quit();
}

} // namespace gateway
