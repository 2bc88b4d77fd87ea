// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/consumer_group_describe.h>

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using cluster::consumer_group_description;
using cluster::group_error;
using kafka::consumer_group_describe_response;

/// A member that sends JoinGroup, and one that sends ConsumerGroupHeartbeat.
constexpr int8_t classic_member_type = 0;
constexpr int8_t consumer_member_type = 1;

consumer_group_describe_response::assigned
copied(const std::vector<consumer_group_description::topic_partitions>& x) {
  consumer_group_describe_response::assigned assigned;
  for (const auto& topic : x)
    assigned.topic_partitions.push_back(
        {topic.topic_id, topic.topic_name, topic.partitions});
  return assigned;
}

consumer_group_describe_response::member
entry_of(const consumer_group_description::member& x) {
  consumer_group_describe_response::member entry;
  entry.member_id = x.member_id;
  entry.instance_id = x.instance_id;
  entry.rack_id = x.rack_id;
  entry.member_epoch = x.member_epoch;
  entry.client_id = x.client_id;
  entry.client_host = x.client_host;
  entry.subscribed_topic_names = x.subscribed_topic_names;
  entry.subscribed_topic_regex = x.subscribed_topic_regex;
  entry.assignment = copied(x.assignment);
  entry.target_assignment = copied(x.target_assignment);
  entry.member_type =
      x.speaks_classic ? classic_member_type : consumer_member_type;
  return entry;
}

consumer_group_describe_response::group
refused(const std::string& group_id, group_error error, int32_t operations) {
  consumer_group_describe_response::group entry;
  entry.group_id = group_id;
  entry.error_code = wire_code(error);
  if (error == group_error::group_id_not_found)
    entry.error_message = "there is no consumer group with this id";
  entry.authorized_operations = operations;
  return entry;
}

consumer_group_describe_response::group
entry_of(const consumer_group_description& x, int32_t operations) {
  if (x.error != group_error::none)
    return refused(x.group_id, x.error, operations);
  consumer_group_describe_response::group entry;
  entry.group_id = x.group_id;
  entry.group_state = to_string(x.state);
  entry.group_epoch = x.group_epoch;
  entry.assignment_epoch = x.assignment_epoch;
  entry.assignor_name = x.assignor_name;
  entry.authorized_operations = operations;
  for (const auto& member : x.members)
    entry.members.push_back(entry_of(member));
  return entry;
}

bool may_see(const access& may,
             const consumer_group_describe_response::assigned& x) {
  return std::ranges::all_of(x.topic_partitions, [&may](const auto& topic) {
    return may.topic(access::operation::describe, topic.topic_name);
  });
}

bool may_see(const access& may,
             const consumer_group_describe_response::group& x) {
  return std::ranges::all_of(x.members, [&may](const auto& member) {
    return may_see(may, member.assignment)
           && may_see(may, member.target_assignment);
  });
}

/// Adds the groups that the client may not see, and says what it may do. Of
/// groups that were given topics that it may not see it learns nothing.
void apply_access(consumer_group_describe_response& response, const access& may,
                  const std::vector<std::string>& withheld) {
  if (may.unlimited())
    return;
  for (auto& group : response.groups) {
    if (group.authorized_operations != operations_not_asked)
      group.authorized_operations =
          may.of_group(all_group_operations, group.group_id);
    if (may_see(may, group))
      continue;
    consumer_group_describe_response::group hidden;
    hidden.group_id = group.group_id;
    hidden.error_code = topic_not_allowed;
    hidden.error_message = "the group has topics that this client may not see";
    group = std::move(hidden);
  }
  for (const auto& group_id : withheld) {
    auto& group = response.groups.emplace_back();
    group.group_id = group_id;
    group.error_code = group_not_allowed;
    group.error_message = "this client may not describe the group";
  }
}

} // namespace

result<void> consumer_group_describe(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::consumer_group_describe_request>();
  if (!asked)
    return failure(asked.error());
  if (auto bound = check_item_count(asked->group_ids.size()); !bound)
    return bound;
  auto operations = asked->include_authorized_operations ? all_group_operations
                                                         : operations_not_asked;
  access may(session, *x);
  auto withheld = may.withhold(asked->group_ids, [&may](const auto& group_id) {
    return may.group(access::operation::describe, group_id);
  });
  auto answer = [&session, x,
                 withheld](consumer_group_describe_response& response) {
    apply_access(response, access(session, *x), withheld);
    session.reply(*x, response);
  };
  auto names = asked->group_ids;
  session.self
      ->request(session.shared->groups, admin_timeout,
                describe_consumer_groups{std::move(asked->group_ids)})
      .then(
          [answer, operations](const consumer_groups_described& found) {
            consumer_group_describe_response response;
            for (const auto& group : found.groups)
              response.groups.push_back(entry_of(group, operations));
            answer(response);
          },
          [answer, names, operations](const caf::error&) {
            consumer_group_describe_response response;
            for (const auto& group_id : names)
              response.groups.push_back(
                  refused(group_id, group_error::coordinator_not_available,
                          operations));
            answer(response);
          });
  return {};
}

} // namespace troupe::actors::handlers
