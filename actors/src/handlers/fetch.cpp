// SPDX-License-Identifier: Apache-2.0
#include "fetch_operation.h"
#include "handlers.h"
#include "item_bound.h"

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

/// Topic ids replaced names with version 13 (KIP-516).
constexpr int16_t first_version_with_ids = 13;

/// We keep no fetch sessions (KIP-227): a full request is answered with
/// session id 0, after which clients go on with full requests. An incremental
/// one names a session that cannot be ours.
bool incremental(const kafka::fetch_request& x) {
  return x.session_epoch > 0;
}

} // namespace

result<void> fetch(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::fetch_request>();
  if (!asked)
    return failure(asked.error());
  if (incremental(*asked)) {
    kafka::fetch_response answer;
    answer.error_code =
        wire_code(kafka::error_code::fetch_session_id_not_found);
    session.reply(*x, answer);
    return {};
  }
  auto items =
      count_items(asked->topics, &kafka::fetch_request::topic::partitions);
  if (auto bound = check_item_count(items); !bound)
    return bound;
  bool by_id = x->version() >= first_version_with_ids;
  auto op =
      std::make_shared<fetch_operation>(session, x, std::move(*asked), by_id);
  op->start();
  return {};
}

} // namespace troupe::actors::handlers
