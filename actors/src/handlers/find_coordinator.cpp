// SPDX-License-Identifier: Apache-2.0
#include "answers.h"
#include "handlers.h"
#include "item_bound.h"

#include <string_view>

namespace troupe::actors::handlers {

namespace {

enum class coordinator_type : int8_t { group = 0, transaction = 1 };

struct verdict {
  kafka::error_code code;
  std::string_view text;
};

// Groups: clients wait and ask again. Transactions: a code that clients give
// up on at once, because waiting would not help; no other one is fatal to
// librdkafka here.
verdict judge(int8_t key_type) noexcept {
  using kafka::error_code;
  switch (static_cast<coordinator_type>(key_type)) {
  case coordinator_type::group:
    return {error_code::coordinator_not_available,
            "this broker does not coordinate consumer groups"};
  case coordinator_type::transaction:
    return {error_code::transactional_id_authorization_failed,
            "this broker does not support transactions"};
  }
  return {error_code::invalid_request, "unknown type of coordinator"};
}

constexpr int16_t first_version_with_keys = 4;

} // namespace

kafka::find_coordinator_response
answer_find_coordinator(const kafka::find_coordinator_request& x,
                        int16_t version) {
  auto [code, text] = judge(x.key_type);
  kafka::find_coordinator_response response;
  if (version < first_version_with_keys) {
    response.error_code = wire_code(code);
    response.error_message = text;
    response.node_id = -1;
    response.port = -1;
    return response;
  }
  for (const auto& key : x.coordinator_keys) {
    kafka::find_coordinator_response::coordinator entry;
    entry.key = key;
    entry.node_id = -1;
    entry.port = -1;
    entry.error_code = wire_code(code);
    entry.error_message = text;
    response.coordinators.push_back(std::move(entry));
  }
  return response;
}

result<void> find_coordinator(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::find_coordinator_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->coordinator_keys.size();
  if (auto bound = check_item_count(items); !bound)
    return bound;
  session.reply(*x, answer_find_coordinator(*asked, x->version()));
  return {};
}

} // namespace troupe::actors::handlers
