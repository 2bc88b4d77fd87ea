// SPDX-License-Identifier: Apache-2.0
#include "rocksdb_database.h"

#include <troupe/storage/file_system.h>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>

#include <array>
#include <utility>

namespace troupe::storage {

namespace {

constexpr std::array<const char*, 3> checkpoint_families{"partitions", "epochs",
                                                         "producers"};
constexpr const char* views_family = "views";

errc code_of(const rocksdb::Status& x) {
  if (x.IsNoSpace())
    return errc::disk_full;
  if (x.IsCorruption())
    return errc::corrupt_log;
  // No code of its own, but the message names the file.
  if (x.IsIOError() && x.ToString().find("/LOCK") != std::string::npos)
    return errc::locked;
  return errc::io;
}

/// A node's checkpoints are some megabytes at most, so everything that
/// RocksDB does for gigabytes is turned down.
rocksdb::ColumnFamilyOptions checkpoint_options() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(512 << 10, 0);
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 1 << 20;
  options.target_file_size_base = 2 << 20;
  options.max_bytes_for_level_base = 8 << 20;
  options.compression = rocksdb::kNoCompression;
  return options;
}

/// Views hold millions of small keys that are written over and over: a larger
/// memtable folds most of that before it reaches the disk.
rocksdb::ColumnFamilyOptions view_options() {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(8 << 20);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = 16 << 20;
  options.max_write_buffer_number = 3;
  options.target_file_size_base = 16 << 20;
  options.max_bytes_for_level_base = 64 << 20;
  options.compression = rocksdb::kNoCompression;
  return options;
}

rocksdb::DBOptions small_database() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 1;
  options.max_open_files = 64;
  options.max_file_opening_threads = 1;
  options.max_total_wal_size = 4 << 20;
  options.manifest_preallocation_size = 64 << 10;
  // No periodic thread, and next to no log of its own.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::FATAL_LEVEL;
  options.keep_log_file_num = 1;
  // The write-ahead log is replayed at the next start anyway, and views are
  // flushed when their owner says so.
  options.avoid_flush_during_recovery = true;
  options.avoid_flush_during_shutdown = true;
  options.skip_stats_update_on_db_open = true;
  return options;
}

result<std::unique_ptr<open_database>>
open_families(const std::string& path, bool& damaged) {
  auto db = std::make_unique<open_database>();
  auto status = db->open(path);
  damaged = status.IsCorruption() || status.IsPathNotFound();
  if (!status.ok())
    return database_failure("open database", status);
  return db;
}

/// Only the latest damaged database is kept.
result<void> move_aside(const std::string& path) {
  auto aside = path + ".damaged";
  if (auto removed = posix_file_system().remove_all(aside); !removed)
    return removed;
  return posix_file_system().rename(path, aside);
}

result<std::unique_ptr<open_database>>
open_or_begin_anew(const std::string& path, bool& rebuilt) {
  if (auto made = posix_file_system().create_directories(path); !made)
    return failure(std::move(made).error());
  bool damaged = false;
  auto db = open_families(path, damaged);
  if (!damaged)
    return db;
  if (auto moved = move_aside(path); !moved)
    return failure(std::move(moved).error());
  rebuilt = true;
  return open_families(path, damaged);
}

} // namespace

open_database::~open_database() {
  for (auto* x : families_)
    // Fails only for a null handle, and nobody could act on it.
    static_cast<void>(db_->DestroyColumnFamilyHandle(x));
}

rocksdb::Status open_database::open(const std::string& path) {
  auto small = checkpoint_options();
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  wanted.emplace_back(rocksdb::kDefaultColumnFamilyName, small);
  for (auto* name : checkpoint_families)
    wanted.emplace_back(name, small);
  wanted.emplace_back(views_family, view_options());
  rocksdb::DB* raw = nullptr;
  auto status =
      rocksdb::DB::Open(small_database(), path, wanted, &families_, &raw);
  db_.reset(raw);
  return status;
}

tl::unexpected<error>
database_failure(std::string_view what, const rocksdb::Status& why) {
  return failure(code_of(why), std::string{what} + ": " + why.ToString());
}

rocksdb_database::rocksdb_database(std::string path,
                                   std::unique_ptr<open_database> db)
    : path_(std::move(path)), db_(std::move(db)) {}

result<std::shared_ptr<rocksdb_database>>
rocksdb_database::open(const std::string& path, bool& rebuilt) {
  auto db = guarded("open database",
                    [&] { return open_or_begin_anew(path, rebuilt); });
  if (!db)
    return failure(std::move(db).error());
  return std::make_shared<rocksdb_database>(path, std::move(*db));
}

result<void> rocksdb_database::write(std::string_view what,
                                     const rocksdb::WriteOptions& how,
                                     const fill_batch& fill) {
  return guarded(what, [&]() -> result<void> {
    if (auto usable = reopen_if(broken_); !usable)
      return usable;
    std::shared_lock guard{mutex_};
    if (auto usable = check_open(what); !usable)
      return usable;
    rocksdb::WriteBatch batch;
    if (auto filled = fill(*db_, batch); !filled)
      return filled;
    auto status = db_->get().Write(how, &batch);
    if (status.ok())
      return {};
    broken_ = true;
    return database_failure(what, status);
  });
}

result<void> rocksdb_database::maintain(
    std::string_view what,
    const std::function<rocksdb::Status(const open_database&)>& f) {
  return guarded(what, [&]() -> result<void> {
    std::shared_lock guard{mutex_};
    if (auto usable = check_open(what); !usable)
      return usable;
    if (auto status = f(*db_); !status.ok())
      return database_failure(what, status);
    return {};
  });
}

result<void> rocksdb_database::check_open(std::string_view what) const {
  if (!db_)
    return failure(errc::io, std::string{what} + ": it is not open");
  return {};
}

/// After a failed write RocksDB takes no others for as long as it is open,
/// while the disk may have room again: start over with what it holds.
result<void> rocksdb_database::reopen_if(const std::atomic<bool>& needed) {
  if (!needed)
    return {};
  std::unique_lock guard{mutex_};
  if (!needed)
    return {};
  db_.reset();
  ++reopenings_;
  bool damaged = false;
  auto db = open_families(path_, damaged);
  closed_ = !db;
  if (!db)
    return failure(std::move(db).error());
  db_ = std::move(*db);
  broken_ = false;
  return {};
}

} // namespace troupe::storage
