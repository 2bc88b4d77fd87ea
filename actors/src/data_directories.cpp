// SPDX-License-Identifier: Apache-2.0
#include "data_directories.h"

#include "log_keeper_actor.h"
#include "partition_directory.h"
#include "space_reserve.h"

#include <troupe/storage/node_database.h>

#include <spdlog/spdlog.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe::actors {

namespace {

/// Directory of the node's RocksDB.
constexpr const char* database_name = "__troupe_offsets";

constexpr const char* metadata_log_name = "__cluster_metadata-0";

/// Written by storage::log into each partition directory.
constexpr const char* partition_metadata_name = "partition.metadata";
constexpr size_t partition_metadata_bytes_max = 4096;

/// The id in `partition.metadata`; nil when there is none that we can read.
storage::uuid topic_id_of(storage::file_system& fs, const std::string& path) {
  auto content = storage::read_file(fs, path + "/" + partition_metadata_name,
                                    partition_metadata_bytes_max);
  if (!content)
    return {};
  std::string_view text(reinterpret_cast<const char*>(content->data()),
                        content->size());
  constexpr std::string_view key = "topic_id: ";
  auto at = text.find(key);
  if (at == std::string_view::npos)
    return {};
  return storage::parse_uuid(text.substr(at + key.size(), 22))
      .value_or(storage::uuid{});
}

/// What cannot be looked into must not be taken for missing.
bool may_be_directory(storage::file_system& fs, const std::string& path) {
  auto entries = fs.list(path);
  return entries || entries.error().os_error != ENOTDIR;
}

/// The marker counts once.
result<void> take_marker(storage::file_system& fs, const std::string& path) {
  auto removed = fs.remove(path + "/" + clean_shutdown_marker);
  return removed ? fs.sync_directory(path) : removed;
}

/// Everything about one directory; `logs` receives its partitions.
result<void> open_directory(storage::file_system& fs, opened_directory& x,
                            size_t index, std::vector<found_log>& logs) {
  if (auto made = fs.create_directories(x.path); !made)
    return made;
  if (auto spent = spend_space_reserve(fs, x.path); !spent)
    return failure(spent.error());
  else if (*spent)
    spdlog::error("node.space_reserve_spent path={} action=\"make room: the "
                  "next start may find none\"",
                  x.path);
  auto lock = storage::lock_directory(x.path);
  if (!lock)
    return failure(lock.error());
  x.lock = std::move(*lock);
  auto clean = fs.exists(x.path + "/" + clean_shutdown_marker);
  if (!clean)
    return failure(clean.error());
  x.clean = *clean;
  auto names = fs.list(x.path);
  if (!names)
    return failure(names.error());
  for (const auto& name : *names) {
    auto full = x.path + "/" + name;
    auto tp = parse_partition_directory(name);
    if (is_doomed_directory(name))
      x.doomed.push_back(std::move(full));
    else if (tp && may_be_directory(fs, full))
      logs.push_back({std::move(*tp), topic_id_of(fs, full), index});
  }
  x.online = true;
  return {};
}

/// Finds the directory with the metadata log; a new node's is its first.
result<size_t>
find_home(storage::file_system& fs, const opened_directories& x) {
  std::vector<size_t> homes;
  bool all_online = true;
  for (size_t i = 0; i < x.all.size(); ++i) {
    all_online &= x.all[i].online;
    if (!x.all[i].online)
      continue;
    auto there = fs.exists(x.all[i].path + "/" + metadata_log_name);
    if (!there)
      return failure(there.error());
    if (*there)
      homes.push_back(i);
  }
  if (homes.size() > 1)
    return failure(storage::errc::invalid_argument,
                   x.all[homes[0]].path + " and " + x.all[homes[1]].path
                       + " both hold a metadata log: they belong to two nodes");
  if (homes.size() == 1)
    return homes.front();
  if (!x.logs.empty() || !all_online)
    return failure(storage::errc::invalid_argument,
                   "none of the data directories holds the metadata log ("
                       + std::string(metadata_log_name)
                       + ") of the partitions in them; is one missing?");
  return size_t{0};
}

/// For what the node does not bring itself.
result<void> open_database(opened_directories& opened) {
  auto database =
      storage::open_node_database(opened.home_path() + "/" + database_name);
  if (!database)
    return failure(database.error());
  if (database->rebuilt) {
    spdlog::error("node.offset_store_rebuilt path={} action=\"every log is "
                  "scanned\"",
                  opened.home_path());
    for (auto& x : opened.all)
      x.clean = false;
  }
  if (opened.offsets == nullptr)
    opened.offsets = std::move(database->offsets);
  if (opened.views == nullptr)
    opened.views = std::move(database->views);
  return {};
}

} // namespace

result<opened_directories>
open_directories(storage::file_system& fs,
                 const std::vector<std::string>& paths, own_stores own) {
  opened_directories opened;
  std::optional<storage::error> first_failure;
  for (size_t i = 0; i < paths.size(); ++i) {
    auto& x = opened.all.emplace_back();
    x.path = paths[i];
    auto done = open_directory(fs, x, i, opened.logs);
    if (done)
      continue;
    // In use by somebody else is a mistake to mend, not a broken disk.
    if (paths.size() == 1 || done.error().code == storage::errc::locked)
      return failure(done.error());
    spdlog::error("node.directory_offline path={} reason=\"{}\"", x.path,
                  to_string(done.error()));
    if (!first_failure)
      first_failure = done.error();
  }
  auto home = find_home(fs, opened);
  if (!home)
    return failure(first_failure ? *first_failure : home.error());
  opened.home = *home;
  opened.offsets = std::move(own.offsets);
  opened.views = std::move(own.views);
  if (opened.offsets == nullptr || opened.views == nullptr)
    if (auto done = open_database(opened); !done)
      return failure(done.error());
  return opened;
}

result<void>
take_clean_markers(storage::file_system& fs, opened_directories& opened) {
  for (auto& x : opened.all) {
    if (!x.online)
      continue;
    auto taken = take_marker(fs, x.path);
    if (taken)
      continue;
    if (x.path == opened.home_path())
      return taken;
    spdlog::error("node.directory_offline path={} reason=\"{}\"", x.path,
                  to_string(taken.error()));
    x.online = false;
  }
  return {};
}

void hold_space_reserves(storage::file_system& fs,
                         const opened_directories& opened) {
  for (const auto& x : opened.all)
    if (x.online)
      if (auto held = hold_space_reserve(fs, x.path); !held)
        spdlog::warn("node.no_space_reserve path={} reason=\"{}\"", x.path,
                     to_string(held.error()));
}

} // namespace troupe::actors
