// SPDX-License-Identifier: Apache-2.0
// Kafka's `meta.properties`: to which cluster and node a data directory belongs.
#include "data_directories.h"

#include <troupe/cluster/broker_config.h>

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

result<directories_identity>
parse_identity(std::string_view text, const std::string& path) {
  auto unreadable = [&path](const std::string& what) {
    return failure(storage::errc::invalid_argument, path + ": " + what);
  };
  auto properties = cluster::parse_properties(text, path);
  if (!properties)
    return failure(properties.error());
  auto cluster_id = properties->find("cluster.id");
  auto node = properties->find("node.id");
  if (cluster_id == properties->end() || node == properties->end())
    return unreadable("cluster.id or node.id is missing");
  directories_identity x;
  x.cluster_id = cluster_id->second;
  const auto& digits = node->second;
  auto [end, failed] = std::from_chars(
      digits.data(), digits.data() + digits.size(), x.node);
  if (failed != std::errc{} || end != digits.data() + digits.size()
      || x.node < 0)
    return unreadable("node.id is not a number of a node");
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
    return parse_identity({reinterpret_cast<const char*>(content->data()),
                           content->size()},
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
