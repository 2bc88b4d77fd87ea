// SPDX-License-Identifier: Apache-2.0
#include "partition_directory.h"

#include <troupe/cluster/controller.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace troupe::actors {

namespace {

/// NAME_MAX of every file system that matters.
constexpr size_t file_name_bytes_max = 255;

constexpr std::string_view doomed_suffix = "-delete";
constexpr std::string_view stray_suffix = "-stray";

/// As much of the topic's name as leaves room for what follows it.
std::string suffixed_name(const storage::topic_partition& tp,
                          const storage::uuid& topic_id,
                          std::string_view suffix) {
  auto rest = "-" + std::to_string(tp.partition) + "." + to_string(topic_id);
  rest += suffix;
  auto room = file_name_bytes_max - rest.size();
  return tp.topic.substr(0, std::min(tp.topic.size(), room)) + rest;
}

} // namespace

std::optional<storage::topic_partition>
parse_partition_directory(std::string_view name) {
  auto dash = name.rfind('-');
  if (dash == std::string_view::npos || name.starts_with("__cluster_metadata-"))
    return std::nullopt;
  storage::topic_partition tp;
  tp.topic = name.substr(0, dash);
  auto digits = name.substr(dash + 1);
  auto end = digits.data() + digits.size();
  auto [last, code] = std::from_chars(digits.data(), end, tp.partition);
  if (code != std::errc{} || last != end || tp.partition < 0)
    return std::nullopt;
  // `backup-01` would be found as partition 1 and looked for as `backup-1`.
  if (!cluster::valid_topic_name(tp.topic) || to_string(tp) != name)
    return std::nullopt;
  return tp;
}

std::string doomed_directory_name(const storage::topic_partition& tp,
                                  const storage::uuid& topic_id) {
  return suffixed_name(tp, topic_id, doomed_suffix);
}

bool is_doomed_directory(std::string_view name) {
  if (!name.ends_with(doomed_suffix))
    return false;
  name.remove_suffix(doomed_suffix.size());
  auto dot = name.rfind('.');
  return dot != std::string_view::npos
         && storage::parse_uuid(name.substr(dot + 1))
         && parse_partition_directory(name.substr(0, dot));
}

std::string stray_directory_name(const storage::topic_partition& tp,
                                 const storage::uuid& topic_id) {
  return suffixed_name(tp, topic_id, stray_suffix);
}

} // namespace troupe::actors
