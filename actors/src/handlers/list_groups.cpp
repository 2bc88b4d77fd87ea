// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "handlers.h"
#include "item_bound.h"

#include <troupe/transport/kafka/messages/list_groups.h>

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace troupe::actors::handlers {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool passes(const std::vector<std::string>& filter, std::string_view x) {
  return filter.empty() || std::ranges::any_of(filter, [x](const auto& word) {
           return same_word(word, x);
         });
}

kafka::list_groups_response response_of(const kafka::list_groups_request& asked,
                                        const groups_listed& found) {
  kafka::list_groups_response response;
  if (found.loading)
    response.error_code =
        wire_code(kafka::error_code::coordinator_load_in_progress);
  for (const auto& group : found.groups) {
    auto state = state_of(group);
    auto type = type_of(group);
    if (passes(asked.states_filter, state) && passes(asked.types_filter, type))
      response.groups.push_back({group.group_id, group.protocol_type,
                                 std::string{state}, std::string{type}});
  }
  return response;
}

} // namespace

result<void> list_groups(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::list_groups_request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->states_filter.size() + asked->types_filter.size();
  if (auto bound = check_item_count(items); !bound)
    return bound;
  auto filter =
      std::make_shared<const kafka::list_groups_request>(std::move(*asked));
  session.self
      ->request(session.shared->groups, admin_timeout, actors::list_groups{})
      .then(
          [&session, x, filter](const groups_listed& found) {
            auto response = response_of(*filter, found);
            access may(session, *x);
            if (!may.cluster(access::operation::describe))
              std::erase_if(response.groups, [&may](const auto& group) {
                return !may.group(access::operation::describe, group.group_id);
              });
            session.reply(*x, response);
          },
          [&session, x](const caf::error&) {
            kafka::list_groups_response response;
            response.error_code =
                wire_code(kafka::error_code::coordinator_not_available);
            session.reply(*x, response);
          });
  return {};
}

} // namespace troupe::actors::handlers
