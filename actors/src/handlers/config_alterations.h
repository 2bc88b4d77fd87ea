// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access.h"
#include "answers.h"
#include "config_resources.h"
#include "decide.h"
#include "item_bound.h"
#include "mentions.h"
#include "problem_text.h"

#include <cstddef>
#include <memory>
#include <utility>

/// What AlterConfigs and IncrementalAlterConfigs have in common: they differ in
/// what they want of a resource, not in how they are decided and answered.
namespace troupe::actors::handlers {

/// `add_changes(resource, alteration)` says what is wanted of a resource.
template <class Request, class AddChanges>
triage<cluster::config_alteration>
triage_alterations(Request& x, AddChanges add_changes) {
  auto repeated = keep_first_mentions(x.resources, [](const auto& r) {
    return resource_key(r.resource_type, r.resource_name);
  });
  triage<cluster::config_alteration> sorted;
  for (size_t i = 0; i < x.resources.size(); ++i) {
    const auto& asked = x.resources[i];
    if (repeated[i]) {
      sorted.checked.push_back(
          invalid_request("the request names this resource more than once"));
      continue;
    }
    auto alteration = find_resource(asked.resource_type, asked.resource_name);
    if (!alteration) {
      sorted.checked.push_back(std::move(alteration.error()));
      continue;
    }
    add_changes(asked, *alteration);
    sorted.checked.push_back({});
    sorted.asked.push_back(std::move(*alteration));
  }
  return sorted;
}

template <class Request, class Response>
result<void> decide_alterations(session_state& session, request_ptr x) {
  auto asked = x->decode<Request>();
  if (!asked)
    return failure(asked.error());
  auto items = asked->resources.size();
  if (auto bound = check_item_count(items, metadata_changes_max); !bound)
    return bound;
  access may(session, *x);
  auto refused = may.withhold(asked->resources, [&may](const auto& y) {
    return may_configure(may, access::operation::alter_configs, y.resource_type,
                         y.resource_name);
  });
  auto sorted = triage_of(*asked);
  actors::alter_configs question{std::move(sorted.asked), asked->validate_only};
  auto count = question.resources.size();
  auto wanted = std::make_shared<const Request>(std::move(*asked));
  decide(
      session, admin_timeout, count, std::move(question),
      [&session, x, wanted, sorted, refused](const metadata_decided& decided) {
        auto verdicts = sorted.combine(decided.results);
        Response response;
        for (size_t i = 0; i < verdicts.size(); ++i)
          response.responses.push_back({wire_code(verdicts[i]),
                                        text_of(verdicts[i]),
                                        wanted->resources[i].resource_type,
                                        wanted->resources[i].resource_name});
        for (const auto& y : refused)
          response.responses.push_back(
              {configuration_not_allowed(y.resource_type),
               "this client may not alter configurations", y.resource_type,
               y.resource_name});
        session.reply(*x, response);
      });
  return {};
}

} // namespace troupe::actors::handlers
