// SPDX-License-Identifier: Apache-2.0
// Kafka's `meta.properties`: to which cluster and node a data directory
// belongs.
#include "data_directories.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors {

namespace {

constexpr const char* meta_properties_name = "/meta.properties";
constexpr size_t meta_properties_bytes_max = 4096;

std::string
properties_of(const std::string& cluster_id, cluster::node_id node) {
  return "version=1\ncluster.id=" + cluster_id
         + "\nnode.id=" + std::to_string(node) + "\n";
}

/// The value of a line `key=value`; empty when there is no such line.
std::string_view value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with(key) && line.substr(key.size()).starts_with('='))
      return line.substr(key.size() + 1);
  }
  return {};
}

result<directories_identity>
parse_identity(std::string_view text, const std::string& path) {
  directories_identity x;
  x.cluster_id = value_of(text, "cluster.id");
  auto digits = value_of(text, "node.id");
  auto end = digits.data() + digits.size();
  auto read = std::from_chars(digits.data(), end, x.node);
  if (x.cluster_id.empty() || digits.empty() || read.ec != std::errc{}
      || read.ptr != end || x.node < 0)
    return failure(storage::errc::invalid_argument,
                   path + " does not say which cluster and node it is of");
  return x;
}

} // namespace

result<directories_identity>
read_identity(storage::file_system& fs, const opened_directories& opened) {
  for (const auto& x : opened.all) {
    if (!x.online)
      continue;
    auto path = x.path + meta_properties_name;
    auto there = fs.exists(path);
    if (!there)
      return failure(there.error());
    if (!*there)
      continue;
    auto content = storage::read_file(fs, path, meta_properties_bytes_max);
    if (!content)
      return failure(content.error());
    return parse_identity(
        {reinterpret_cast<const char*>(content->data()), content->size()},
        path);
  }
  return directories_identity{};
}

result<void>
claim_directories(storage::file_system& fs, const opened_directories& opened,
                  const std::string& cluster_id, cluster::node_id node) {
  auto ours = properties_of(cluster_id, node);
  for (const auto& x : opened.all) {
    if (!x.online)
      continue;
    auto path = x.path + meta_properties_name;
    auto there = fs.exists(path);
    if (!there)
      return failure(there.error());
    if (!*there) {
      auto done =
          storage::replace_file(fs, path, std::as_bytes(std::span{ours}));
      if (!done)
        return done;
      continue;
    }
    auto content = storage::read_file(fs, path, meta_properties_bytes_max);
    if (!content)
      return failure(content.error());
    std::string_view text(reinterpret_cast<const char*>(content->data()),
                          content->size());
    if (text != ours)
      return failure(storage::errc::invalid_argument,
                     path + " names another cluster or node than " + cluster_id
                         + " / " + std::to_string(node));
  }
  return {};
}

} // namespace troupe::actors
