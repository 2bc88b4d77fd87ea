// SPDX-License-Identifier: Apache-2.0
#include "data_directories.h"

#include "log_keeper_actor.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace troupe::actors {

namespace {

/// Directory of the node's RocksDB.
constexpr const char* offset_store_name = "__troupe_offsets";

/// Written by storage::log into each partition directory.
constexpr const char* partition_metadata_name = "partition.metadata";
constexpr size_t partition_metadata_bytes_max = 4096;

/// `orders-7` -> {orders, 7}; nothing for other names and for the metadata
/// log, which is not a partition that clients see.
std::optional<storage::topic_partition> parse_name(std::string_view name) {
  auto dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0
      || name.starts_with("__cluster_metadata-"))
    return std::nullopt;
  storage::topic_partition tp;
  tp.topic = name.substr(0, dash);
  auto digits = name.substr(dash + 1);
  auto end = digits.data() + digits.size();
  auto [last, code] = std::from_chars(digits.data(), end, tp.partition);
  if (code != std::errc{} || last != end || tp.partition < 0)
    return std::nullopt;
  return tp;
}

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

result<void> read_directory(storage::file_system& fs, const std::string& path,
                            size_t index, opened_directories& into) {
  auto names = fs.list(path);
  if (!names)
    return failure(names.error());
  for (const auto& name : *names) {
    auto full = path + "/" + name;
    if (name.ends_with(deleted_directory_suffix)) {
      if (auto done = fs.remove_all(full); !done)
        return done;
    } else if (auto tp = parse_name(name)) {
      into.logs.push_back({std::move(*tp), topic_id_of(fs, full), index});
    }
  }
  return {};
}

/// The marker counts once: from here on a crash is a crash.
result<bool> take_marker(storage::file_system& fs, const std::string& path) {
  auto marker = path + "/" + clean_shutdown_marker;
  auto there = fs.exists(marker);
  if (!there || !*there)
    return there;
  if (auto removed = fs.remove(marker); !removed)
    return failure(removed.error());
  if (auto synced = fs.sync_directory(path); !synced)
    return failure(synced.error());
  return true;
}

} // namespace

result<opened_directories>
open_directories(storage::file_system& fs,
                 const std::vector<std::string>& paths) {
  opened_directories opened;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (auto made = fs.create_directories(paths[i]); !made)
      return failure(made.error());
    auto lock = storage::lock_directory(paths[i]);
    if (!lock)
      return failure(lock.error());
    opened.locks.push_back(std::move(*lock));
    auto clean = take_marker(fs, paths[i]);
    if (!clean)
      return failure(clean.error());
    opened.clean.push_back(*clean);
    if (auto done = read_directory(fs, paths[i], i, opened); !done)
      return failure(done.error());
  }
  bool rebuilt = false;
  auto store = storage::open_rocksdb_store(
    paths.front() + "/" + offset_store_name, &rebuilt);
  if (!store)
    return failure(store.error());
  if (rebuilt) {
    spdlog::error("node.offset_store_rebuilt path={} action=\"every log is "
                  "scanned\"",
                  paths.front());
    opened.clean.assign(paths.size(), false);
  }
  opened.offsets = std::move(*store);
  return opened;
}

} // namespace troupe::actors
