// SPDX-License-Identifier: Apache-2.0
#include "built_in_stages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

constexpr const char* mask = "***";

record_stage require_key(const stage_settings&) {
  return [](staged_record& x) {
    return x.key() ? pass_record() : reject_record("a record needs a key here");
  };
}

/// Empty where the topic says nothing.
std::string setting(const stage_settings& settings, const char* name) {
  auto found = settings.configs.find(name);
  return found == settings.configs.end() ? "" : found->second;
}

/// The parts between commas, without the blanks around them.
std::vector<std::string> words_of(const std::string& list) {
  constexpr const char* blanks = " \t";
  std::vector<std::string> words;
  for (size_t begin = 0; begin <= list.size();) {
    auto end = std::min(list.find(',', begin), list.size());
    auto word = list.substr(begin, end - begin);
    auto first = word.find_first_not_of(blanks);
    if (first != std::string::npos)
      words.push_back(
          word.substr(first, word.find_last_not_of(blanks) - first + 1));
    begin = end + 1;
  }
  return words;
}

record_stage mask_headers(const stage_settings& settings) {
  auto names = words_of(setting(settings, "troupe.stages.mask.headers"));
  return [names = std::move(names)](staged_record& x) {
    for (const auto& name : names)
      if (x.header(name))
        x.set_header(name, mask);
    return pass_record();
  };
}

/// NAME or NAME=VALUE.
record_stage match_header(const stage_settings& settings) {
  auto wanted = setting(settings, "troupe.stages.match.header");
  auto equals = wanted.find('=');
  auto name = wanted.substr(0, equals);
  std::optional<std::string> value;
  if (equals != std::string::npos)
    value = wanted.substr(equals + 1);
  return [name = std::move(name), value = std::move(value)](staged_record& x) {
    auto found = x.header(name);
    return found && (!value || *found == *value) ? pass_record()
                                                 : drop_record();
  };
}

record_stage pass(const stage_settings&) {
  return [](staged_record&) { return pass_record(); };
}

} // namespace

stage_factories built_in_stages() {
  return {{"mask-headers", mask_headers},
          {"match-header", match_header},
          {"pass", pass},
          {"require-key", require_key}};
}

} // namespace troupe::actors
