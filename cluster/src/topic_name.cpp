// SPDX-License-Identifier: Apache-2.0
#include <topic_name.h>
#include <troupe/cluster/controller.h>
#include <troupe/cluster/topic_kind.h>

#include <algorithm>
#include <cstddef>

namespace troupe::cluster {

namespace {

bool allowed(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

constexpr const char* folded = "._";

/// Finds a topic that is `name` but for '.' and '_' from `from` on. Goes down
/// only where a topic begins like that: the image may be large.
const std::string*
find_folded(const metadata_image& image, std::string& name, size_t from) {
  auto at = name.find_first_of(folded, from);
  if (at == std::string::npos) {
    auto found = image.topics.find(name);
    return found == image.topics.end() ? nullptr : &found->first;
  }
  for (auto c : std::string_view{folded}) {
    name[at] = c;
    auto beginning = name.substr(0, at + 1);
    auto next = image.topics.lower_bound(beginning);
    if (next == image.topics.end() || !next->first.starts_with(beginning))
      continue;
    if (const auto* found = find_folded(image, name, at + 1))
      return found;
  }
  return nullptr;
}

} // namespace

std::string topic_name_fault(std::string_view name) {
  if (name.empty())
    return "it is empty";
  if (name == "." || name == "..")
    return "'.' and '..' are not allowed";
  if (name.size() > topic_name_size_max)
    return "it is longer than " + std::to_string(topic_name_size_max)
           + " characters";
  if (!std::all_of(name.begin(), name.end(), allowed))
    return "it has a character other than ASCII letters, digits, '.', '_' and "
           "'-'";
  return {};
}

const std::string*
colliding_topic(const metadata_image& image, std::string_view name) {
  if (name.find_first_of(folded) == std::string_view::npos)
    return nullptr;
  std::string other{name};
  return find_folded(image, other, 0);
}

bool valid_topic_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= topic_name_size_max && name != "."
         && name != ".." && std::all_of(name.begin(), name.end(), allowed);
}

bool internal_topic(std::string_view name) noexcept {
  return name == offsets_topic || name == "__transaction_state"
         || name == metadata_topic || name.starts_with(reserved_prefix);
}

} // namespace troupe::cluster
