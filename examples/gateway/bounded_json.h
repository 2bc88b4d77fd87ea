// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"
#include "refusal.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string_view>

namespace gateway {

/// What is parsed of foreign JSON: a tree takes many times the bytes of its
/// text.
struct json_bounds {
  /// Brackets within brackets.
  size_t depth_max = 0;
  /// Values in objects and arrays.
  size_t values_max = 0;
};

/// Enough for as many records as a request may have.
json_bounds bounds_of_records(const gateway_limits& x);

/// Parses a whole text; refuses what is no JSON, has bytes that are not UTF-8,
/// numbers out of range, or more than `bounds`.
outcome<nlohmann::json>
parse_json(std::string_view text, const json_bounds& bounds);

} // namespace gateway
