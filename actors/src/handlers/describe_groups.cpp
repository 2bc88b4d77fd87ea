// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "group_calls.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/describe_groups.h>

#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace troupe::actors::handlers {

namespace {

using cluster::group_error;

kafka::describe_groups_response::group
entry_of(const cluster::group_description& x, int32_t operations) {
  kafka::describe_groups_response::group entry;
  entry.group_id = x.group_id;
  entry.authorized_operations = operations;
  // A group that does not exist is dead, which is no error (up to version 5).
  bool known = x.error == group_error::none;
  if (!known && x.error != group_error::group_id_not_found) {
    entry.error_code = wire_code(x.error);
    return entry;
  }
  entry.group_state = to_string(x.state);
  entry.protocol_type = x.protocol_type;
  entry.protocol_data = x.protocol_name;
  for (const auto& member : x.members)
    entry.members.push_back({member.member_id, member.group_instance_id,
                             member.client_id, member.client_host,
                             copied(member.metadata),
                             copied(member.assignment)});
  return entry;
}

using response_type = kafka::describe_groups_response;

/// Adds the groups that the client may not see, and says what it may do.
void apply_access(response_type& response, const access& may,
                  const std::vector<std::string>& refused) {
  for (auto& group : response.groups)
    if (group.authorized_operations != operations_not_asked)
      group.authorized_operations =
          may.of_group(all_group_operations, group.group_id);
  for (const auto& group_id : refused) {
    auto& group = response.groups.emplace_back();
    group.group_id = group_id;
    group.error_code = group_not_allowed;
  }
}

} // namespace

result<void> describe_groups(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::describe_groups_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->groups.size()); !bound)
    return bound;
  auto operations = asked->include_authorized_operations ? all_group_operations
                                                         : operations_not_asked;
  access may(session, *x);
  auto refused = may.withhold(asked->groups, [&may](const auto& group_id) {
    return may.group(access::operation::describe, group_id);
  });
  auto answer = [&session, x, refused](response_type& response) {
    apply_access(response, access(session, *x), refused);
    session.reply(*x, response);
  };
  auto names = asked->groups;
  session.self
      ->request(session.shared->groups, admin_timeout,
                actors::describe_groups{std::move(asked->groups)})
      .then(
          [answer, operations](const groups_described& found) {
            response_type response;
            for (const auto& group : found.groups)
              response.groups.push_back(entry_of(group, operations));
            answer(response);
          },
          [answer, names, operations](const caf::error&) {
            response_type response;
            for (const auto& group_id : names) {
              cluster::group_description refused;
              refused.group_id = group_id;
              refused.error = group_error::coordinator_not_available;
              response.groups.push_back(entry_of(refused, operations));
            }
            answer(response);
          });
  return {};
}

} // namespace troupe::actors::handlers
