// SPDX-License-Identifier: Apache-2.0
#include "config_alterations.h"
#include "handlers.h"

namespace troupe::actors::handlers {

triage<cluster::config_alteration>
triage_of(kafka::incremental_alter_configs_request& x) {
  return triage_alterations(x, [](const auto& asked, auto& alteration) {
    // A number that is no operation is refused by the controller.
    for (const auto& config : asked.configs)
      alteration.changes.push_back(
          {config.name,
           static_cast<cluster::config_operation>(config.config_operation),
           config.value});
  });
}

result<void> incremental_alter_configs(session_state& session, request_ptr x) {
  return decide_alterations<kafka::incremental_alter_configs_request,
                            kafka::incremental_alter_configs_response>(session,
                                                                       x);
}

} // namespace troupe::actors::handlers
