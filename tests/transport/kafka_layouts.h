// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::kafka {

/// One field in the notation that layouts.txt explains.
struct layout_field {
  static constexpr int any_later_version = 1000;

  std::string name;
  /// The primitive, also of an array's elements; empty for structs.
  std::string primitive;
  bool is_array = false;
  std::vector<layout_field> fields;
  int first = 0;
  int last = any_later_version;
  int first_nullable = any_later_version;
  /// What follows '=', empty when nothing does.
  std::string initial;
  int tag = -1;
};

/// The two messages of an API.
struct api_layout {
  static constexpr int never_flexible = 32767;

  int first_flexible = never_flexible;
  std::vector<layout_field> request;
  std::vector<layout_field> response;
};

/// Parses the whole file; a mistake fails the running test.
std::map<std::string, api_layout> parse_layouts(std::string_view text);

/// One version of a message in the same notation, without ranges.
std::string flatten(const std::vector<layout_field>& fields, int version);

} // namespace troupe::kafka
