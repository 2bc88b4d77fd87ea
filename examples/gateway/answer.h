// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace gateway {

inline constexpr const char* json_type = "application/json";
inline constexpr const char* binary_type = "application/octet-stream";

/// What goes back to an HTTP client, before it is put into HTTP.
struct answer {
  unsigned status = 200;
  std::string content_type = json_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

} // namespace gateway
