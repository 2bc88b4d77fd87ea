// SPDX-License-Identifier: Apache-2.0
#include "bounded_json.h"

#include <nlohmann/json.hpp>

namespace gateway {

namespace {

/// A record's fields and some headers.
constexpr size_t values_per_record = 16;

/// Looks at brackets and commas only, before there is a tree; whether the text
/// is JSON at all is the parser's to say.
bool within(std::string_view text, const json_bounds& bounds) {
  size_t depth = 0;
  size_t values = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char x = text[i];
    if (quoted) {
      if (x == '\\')
        ++i;
      else if (x == '"')
        quoted = false;
      continue;
    }
    if (x == '"')
      quoted = true;
    else if (x == '[' || x == '{')
      ++depth;
    else if ((x == ']' || x == '}') && depth > 0)
      --depth;
    if (x == ',' || x == '[' || x == '{')
      ++values;
    if (depth > bounds.depth_max || values > bounds.values_max)
      return false;
  }
  return true;
}

} // namespace

json_bounds bounds_of_records(const gateway_limits& x) {
  return {x.json_depth_max, x.records_per_request_max * values_per_record};
}

outcome<nlohmann::json>
parse_json(std::string_view text, const json_bounds& bounds) {
  if (!within(text, bounds))
    return bad_request(413, "the JSON nests deeper, or has more values, than "
                            "the gateway takes");
  auto tree = nlohmann::json::parse(text, nullptr, false);
  if (tree.is_discarded())
    return bad_request("the body is not JSON in UTF-8");
  return tree;
}

} // namespace gateway
