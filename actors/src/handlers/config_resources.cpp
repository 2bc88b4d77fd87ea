// SPDX-License-Identifier: Apache-2.0
#include "config_resources.h"

#include "mentions.h"

#include <charconv>
#include <utility>

namespace troupe::actors::handlers {

result<cluster::config_alteration, problem>
find_resource(int8_t type, const std::string& name) {
  auto refuse = [](std::string text) {
    return tl::unexpected<problem>(invalid_request(std::move(text)));
  };
  cluster::config_alteration x;
  switch (static_cast<resource_type>(type)) {
  case resource_type::topic:
    x.topic = name;
    return x;
  case resource_type::broker: {
    x.is_broker = true;
    if (name.empty())
      return x;
    const auto* end = name.data() + name.size();
    auto [rest, failed] = std::from_chars(name.data(), end, x.node);
    if (failed != std::errc{} || rest != end || x.node < 0)
      return refuse("the name of a broker is its id, or empty for all");
    return x;
  }
  }
  return refuse("only topics (2) and brokers (4) have configurations here");
}

bool may_configure(const access& may, access::operation what, int8_t type,
                   const std::string& name) {
  switch (static_cast<resource_type>(type)) {
  case resource_type::topic:
    return may.topic(what, name);
  case resource_type::broker:
    return may.cluster(what);
  }
  // Nobody has it.
  return true;
}

int16_t configuration_not_allowed(int8_t type) {
  return static_cast<resource_type>(type) == resource_type::topic
             ? topic_not_allowed
             : cluster_not_allowed;
}

std::string resource_key(int8_t type, const std::string& name) {
  return static_cast<char>(type) + name;
}

} // namespace troupe::actors::handlers
