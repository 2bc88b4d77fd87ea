// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <quoted.h>
#include <refused.h>

#include <string>

namespace troupe::cluster {

bool served(topic_kind x) noexcept {
  switch (x) {
  case topic_kind::log:
  case topic_kind::delayed:
    return true;
  case topic_kind::priority:
  case topic_kind::queue:
    return false;
  }
  return false;
}

config_map inbox_configs(const config_map& overrides) {
  config_map configs;
  for (const auto& [key, value] : overrides)
    if (!key.starts_with("troupe."))
      configs[key] = value;
  configs["cleanup.policy"] = "delete";
  configs["retention.ms"] = "-1";
  configs["retention.bytes"] = "-1";
  return configs;
}

const topic_image* inbox_of(const metadata_image& image, const topic_image& x) {
  if (kind_of(x.configs) == topic_kind::log)
    return nullptr;
  return image.find(companion_name(x.name, companion_role::inbox));
}

decision check_not_companion(std::string_view name) {
  if (!name.starts_with(reserved_prefix))
    return {};
  return refuse(refusal::invalid_request,
                "topic " + quoted(name)
                    + " belongs to another one, and changes with it");
}

} // namespace troupe::cluster
