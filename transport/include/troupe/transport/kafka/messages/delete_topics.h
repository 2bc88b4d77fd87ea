// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/types.h>
#include <troupe/transport/kafka/api_key.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// Deletes topics by name, or since version 6 by name or id.
struct delete_topics_request {
  static constexpr api_key api = api_key::delete_topics;

  struct topic {
    std::optional<std::string> name;
    storage::uuid topic_id;
  };

  /// Since version 6; before that topic_names.
  std::vector<topic> topics;
  std::vector<std::string> topic_names;
  int32_t timeout_ms = 0;
};

/// What became of each topic.
struct delete_topics_response {
  static constexpr api_key api = api_key::delete_topics;

  struct response {
    std::optional<std::string> name;
    storage::uuid topic_id;
    int16_t error_code = 0;
    std::optional<std::string> error_message;
  };

  int32_t throttle_time_ms = 0;
  std::vector<response> responses;
};

} // namespace troupe::kafka

#pragma GCC visibility pop
