// SPDX-License-Identifier: Apache-2.0
#include "access.h"
#include "answers.h"
#include "config_resources.h"
#include "decide.h"
#include "handlers.h"
#include "item_bound.h"
#include "mentions.h"
#include "problem_text.h"

#include <memory>
#include <utility>

namespace troupe::actors::handlers {

namespace {

using asked_resource = kafka::incremental_alter_configs_request::resource;

result<cluster::config_alteration, problem>
to_alteration(const asked_resource& x, bool repeated) {
  if (repeated)
    return tl::unexpected<problem>(
        invalid_request("the request names this resource more than once"));
  auto target = find_resource(x.resource_type, x.resource_name);
  if (!target)
    return target;
  // A number that is no operation is refused by the controller.
  for (const auto& config : x.configs)
    target->changes.push_back(
        {config.name,
         static_cast<cluster::config_operation>(config.config_operation),
         config.value});
  return target;
}

} // namespace

triage<cluster::config_alteration>
triage_of(kafka::incremental_alter_configs_request& x) {
  auto repeated = keep_first_mentions(x.resources, [](const auto& r) {
    return resource_key(r.resource_type, r.resource_name);
  });
  triage<cluster::config_alteration> sorted;
  for (size_t i = 0; i < x.resources.size(); ++i) {
    auto alteration = to_alteration(x.resources[i], repeated[i]);
    if (!alteration) {
      sorted.checked.push_back(std::move(alteration.error()));
      continue;
    }
    sorted.checked.push_back({});
    sorted.asked.push_back(std::move(*alteration));
  }
  return sorted;
}

result<void> incremental_alter_configs(session_state& session, request_ptr x) {
  auto asked = x->decode<kafka::incremental_alter_configs_request>();
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
  auto wanted =
      std::make_shared<const kafka::incremental_alter_configs_request>(
          std::move(*asked));
  decide(
      session, admin_timeout, count, std::move(question),
      [&session, x, wanted, sorted, refused](const metadata_decided& decided) {
        auto verdicts = sorted.combine(decided.results);
        kafka::incremental_alter_configs_response response;
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
