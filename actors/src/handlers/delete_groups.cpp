// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"
#include "item_bound.h"
#include "mentions.h"

#include <troupe/transport/kafka/messages/delete_groups.h>

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

/// Replies when the last group was answered.
struct deletion {
  kafka::delete_groups_response response;
  size_t outstanding = 0;
};

} // namespace

result<void> delete_groups(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::delete_groups_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->groups_names.size()); !bound)
    return bound;
  auto names = std::move(asked->groups_names);
  keep_first_mentions(names, [](const auto& name) { return name; });
  access may(session, *x);
  auto refused = may.withhold(names, [&may](const auto& name) {
    return may.group(access::operation::remove, name);
  });
  auto op = std::make_shared<deletion>();
  op->outstanding = names.size();
  for (const auto& name : names)
    op->response.results.push_back({name, 0});
  for (const auto& name : refused)
    op->response.results.push_back({name, group_not_allowed});
  if (names.empty())
    session.reply(*x, op->response);
  for (size_t i = 0; i < names.size(); ++i)
    session.call_group<cluster::delete_group_answer>(
        delete_group{std::move(names[i])}, admin_timeout,
        [&session, x, op, i](const cluster::delete_group_answer& answer) {
          op->response.results[i].error_code = wire_code(answer.error);
          if (--op->outstanding == 0)
            session.reply(*x, op->response);
        });
  return {};
}

} // namespace troupe::actors::handlers
