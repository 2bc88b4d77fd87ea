// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "handlers.h"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace troupe::actors::handlers {

namespace {

// What the allocation ended with instead of an id says nothing to a producer,
// and older ones take it for fatal: this is the code that all of them retry.
constexpr auto try_again =
    static_cast<int16_t>(kafka::error_code::coordinator_load_in_progress);

using response_type = kafka::init_producer_id_response;

response_type refusal(int16_t code) {
  response_type response;
  response.error_code = code;
  response.producer_id = -1;
  response.producer_epoch = -1;
  return response;
}

/// As in Kafka, whoever may write to some topic may do so without duplicates.
bool may_write(const access& may, const routing& routes) {
  if (may.cluster(access::operation::idempotent_write))
    return true;
  return std::ranges::any_of(routes.topics, [&may](const auto& x) {
    return may.topic(access::operation::write, x.first);
  });
}

response_type fresh(int64_t producer_id) {
  response_type response;
  response.producer_id = producer_id;
  response.producer_epoch = 0;
  return response;
}

} // namespace

kafka::error_code
check_init_producer_id(const kafka::init_producer_id_request& x) {
  using kafka::error_code;
  if (x.transactional_id && x.transactional_id->empty())
    return error_code::invalid_request;
  if (x.transactional_id)
    // Transactions do not exist here. This is the code on which clients give
    // up at once with a fatal error; the retriable ones would have them spin
    // until their timeout.
    return error_code::transactional_id_authorization_failed;
  if ((x.producer_id == -1) != (x.producer_epoch == -1))
    return error_code::invalid_request;
  return error_code::none;
}

// An idempotent producer that comes with an id (v3) gets a new one: only
// transactions continue with the id they had.
result<void> init_producer_id(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::init_producer_id_request>();
  if (!asked)
    return failure(asked.error());
  auto code = check_init_producer_id(*asked);
  if (code != kafka::error_code::none) {
    session.reply(*x, refusal(wire_code(code)));
    return {};
  }
  if (!may_write(access(session, *x), *session.routes())) {
    session.reply(*x, refusal(cluster_not_allowed));
    return {};
  }
  session.self
      ->request(session.shared->controller, admin_timeout,
                allocate_producer_id{})
      .then(
          [&session, x](const producer_id_allocated& given) {
            session.reply(*x, given.why.ok() ? fresh(given.producer_id)
                                             : refusal(try_again));
          },
          [&session, x](const caf::error&) {
            session.reply(*x, refusal(try_again));
          });
  return {};
}

} // namespace troupe::actors::handlers
