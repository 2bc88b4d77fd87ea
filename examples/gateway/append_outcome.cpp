// SPDX-License-Identifier: Apache-2.0
#include "append_outcome.h"

#include <optional>
#include <string>

namespace gateway {

answer to_answer(const std::vector<record_outcome>& outcomes) {
  std::optional<refusal> first;
  std::string body = "{\"offsets\":[";
  for (const auto& x : outcomes) {
    if (body.back() != '[')
      body += ',';
    if (x.why.ok()) {
      body += "{\"partition\":" + std::to_string(x.partition)
              + ",\"offset\":" + std::to_string(x.offset) + "}";
      continue;
    }
    auto why = to_refusal(x.why);
    body += to_json(why);
    if (!first)
      first = std::move(why);
  }
  body += "]}";
  auto out = first ? to_answer(*first) : answer{};
  out.body = std::move(body);
  return out;
}

} // namespace gateway
