// SPDX-License-Identifier: Apache-2.0
#include "built_in_stages.h"

#include <algorithm>
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
  auto found = settings.configs.find("troupe.stages.mask.headers");
  auto names = words_of(found == settings.configs.end() ? "" : found->second);
  return [names = std::move(names)](staged_record& x) {
    for (const auto& name : names)
      if (x.header(name))
        x.set_header(name, mask);
    return pass_record();
  };
}

} // namespace

stage_factories built_in_stages() {
  return {{"mask-headers", mask_headers}, {"require-key", require_key}};
}

} // namespace troupe::actors
