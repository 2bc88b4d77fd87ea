// SPDX-License-Identifier: Apache-2.0
#include "config_alterations.h"
#include "handlers.h"

namespace troupe::actors::handlers {

triage<cluster::config_alteration> triage_of(kafka::alter_configs_request& x) {
  return triage_alterations(x, [](const auto& asked, auto& alteration) {
    alteration.replace_all = true;
    for (const auto& config : asked.configs)
      alteration.changes.push_back(
          {config.name, cluster::config_operation::set, config.value});
  });
}

result<void> alter_configs(session_state& session, request_ptr x) {
  return decide_alterations<kafka::alter_configs_request,
                            kafka::alter_configs_response>(session, x);
}

} // namespace troupe::actors::handlers
