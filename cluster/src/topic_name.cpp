// SPDX-License-Identifier: Apache-2.0
#include <topic_name.h>
#include <troupe/cluster/controller.h>

#include <algorithm>
#include <cstddef>

namespace troupe::cluster {

namespace {

constexpr size_t topic_name_size_max = 249;

bool allowed(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
         || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

char folded(char c) noexcept {
  return c == '.' ? '_' : c;
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
  if (name.find_first_of("._") == std::string_view::npos)
    return nullptr;
  for (const auto& [other, topic] : image.topics)
    if (std::equal(name.begin(), name.end(), other.begin(), other.end(),
                   [](char a, char b) { return folded(a) == folded(b); }))
      return &other;
  return nullptr;
}

bool valid_topic_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= topic_name_size_max && name != "."
         && name != ".." && std::all_of(name.begin(), name.end(), allowed);
}

bool internal_topic(std::string_view name) noexcept {
  return name == "__consumer_offsets" || name == "__transaction_state"
         || name == metadata_topic;
}

} // namespace troupe::cluster
