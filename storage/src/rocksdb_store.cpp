// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/file_system.h>
#include <troupe/storage/offset_store.h>

#include "checkpoint_codec.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/snapshot.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <shared_mutex>

// Layout; the values are described in checkpoint_codec.h:
//   column family   key                      value
//   partitions      topic 00 partition u32   topic id, log start offset,
//                                            recovery point, high watermark
//   epochs          topic 00 partition u32   first offset per leader epoch
//   producers       topic 00 partition u32   end offset, producer table
//
// One WriteBatch writes all three, so a checkpoint is there whole or not.

namespace troupe::storage {

namespace {

using found = std::optional<partition_checkpoint>;

enum family : size_t { partitions, epochs, producers, families_count };
constexpr std::array families{partitions, epochs, producers};
constexpr std::array<const char*, families_count> family_names{
    "partitions", "epochs", "producers"};

rocksdb::Slice as_slice(const std::vector<std::byte>& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

std::span<const std::byte> as_bytes(const rocksdb::Slice& x) {
  return {reinterpret_cast<const std::byte*>(x.data()), x.size()};
}

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

tl::unexpected<error> refused(std::string what, const rocksdb::Status& why) {
  return failure(code_of(why), what + " offset store: " + why.ToString());
}

/// Calls into RocksDB go through here: it may throw what the standard library
/// throws (threads, file systems), and nothing of that may leave this file.
template <class F>
auto guarded(std::string what, F f) -> decltype(f()) {
  try {
    return f();
  } catch (const std::exception& x) {
    return failure(errc::io, what + " offset store: " + x.what());
  }
}

/// A node's checkpoints are some megabytes at most, so everything that
/// RocksDB does for gigabytes is turned down.
rocksdb::ColumnFamilyOptions small_family() {
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

rocksdb::DBOptions small_database() {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 1;
  options.max_open_files = 64;
  options.max_file_opening_threads = 1;
  options.db_write_buffer_size = 4 << 20;
  options.max_total_wal_size = 4 << 20;
  options.manifest_preallocation_size = 64 << 10;
  // No periodic thread, and next to no log of its own.
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rocksdb::FATAL_LEVEL;
  options.keep_log_file_num = 1;
  // The write-ahead log is replayed at the next start anyway.
  options.avoid_flush_during_recovery = true;
  options.avoid_flush_during_shutdown = true;
  options.skip_stats_update_on_db_open = true;
  return options;
}

/// Owns the database and its column families.
class database {
public:
  database() = default;
  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database() {
    for (auto* x : families_)
      // Fails only for a null handle, and nobody could act on it.
      static_cast<void>(db_->DestroyColumnFamilyHandle(x));
  }

  rocksdb::Status open(const std::string& path) {
    auto family = small_family();
    std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
    wanted.emplace_back(rocksdb::kDefaultColumnFamilyName, family);
    for (auto* name : family_names)
      wanted.emplace_back(name, family);
    rocksdb::DB* raw = nullptr;
    auto status =
        rocksdb::DB::Open(small_database(), path, wanted, &families_, &raw);
    db_.reset(raw);
    return status;
  }

  rocksdb::DB* get() const { return db_.get(); }
  rocksdb::ColumnFamilyHandle* operator[](family x) const {
    return families_[1 + x];
  }

private:
  std::unique_ptr<rocksdb::DB> db_;
  /// The default one first, which RocksDB insists on and we leave empty.
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

/// Three reads at one moment, because a save may come between them.
result<found> read_checkpoint(const database& db, const std::string& key) {
  rocksdb::ManagedSnapshot moment{db.get()};
  rocksdb::ReadOptions options;
  options.snapshot = moment.snapshot();
  std::array<rocksdb::PinnableSlice, families_count> values;
  for (auto x : families) {
    auto status = db.get()->Get(options, db[x], key, &values[x]);
    if (x == partitions && status.IsNotFound())
      return found{};
    if (status.IsNotFound())
      return failure(errc::corrupt_log, "read offset store: half is missing");
    if (!status.ok())
      return refused("read", status);
  }
  return decode_checkpoint(as_bytes(values[partitions]),
                           as_bytes(values[epochs]),
                           as_bytes(values[producers]));
}

result<std::unique_ptr<database>>
open_database(const std::string& path, bool& damaged) {
  auto db = std::make_unique<database>();
  auto status = db->open(path);
  damaged = status.IsCorruption() || status.IsPathNotFound();
  if (!status.ok())
    return refused("open", status);
  return db;
}

class rocksdb_store final : public offset_store {
public:
  rocksdb_store(std::string path, std::unique_ptr<database> db)
      : path_(std::move(path)), db_(std::move(db)) {}

  result<found> load(const topic_partition& tp) override {
    return guarded("read", [&]() -> result<found> {
      if (auto usable = reopen_if(closed_); !usable)
        return failure(std::move(usable).error());
      std::shared_lock guard{mutex_};
      if (!db_)
        return failure(errc::io, "read offset store: it is not open");
      return read_checkpoint(*db_, checkpoint_key(tp));
    });
  }

  result<void> save(const topic_partition& tp, const partition_checkpoint& x,
                    durable how) override {
    std::array values{encode_offsets(x.offsets), encode_epochs(x.epochs),
                      encode_producers(x.producers_end, x.producers)};
    return write(how, [&](family f, rocksdb::ColumnFamilyHandle* in,
                          rocksdb::WriteBatch& batch) {
      return batch.Put(in, checkpoint_key(tp), as_slice(values[f]));
    });
  }

  result<void> erase(const topic_partition& tp) override {
    return write(durable::no, [&](family, rocksdb::ColumnFamilyHandle* in,
                                  rocksdb::WriteBatch& batch) {
      return batch.Delete(in, checkpoint_key(tp));
    });
  }

  result<void> sync() override {
    return guarded("sync", [&]() -> result<void> {
      std::shared_lock guard{mutex_};
      if (!db_)
        return failure(errc::io, "sync offset store: it is not open");
      if (auto status = db_->get()->SyncWAL(); !status.ok())
        return refused("sync", status);
      return {};
    });
  }

private:
  /// Calls `fill` once per column family, then writes all or nothing.
  template <class F>
  result<void> write(durable how, F fill) {
    return guarded("write", [&]() -> result<void> {
      if (auto usable = reopen_if(broken_); !usable)
        return usable;
      std::shared_lock guard{mutex_};
      if (!db_)
        return failure(errc::io, "write offset store: it is not open");
      rocksdb::WriteBatch batch;
      auto status = rocksdb::Status::OK();
      for (auto f : families)
        if (status.ok())
          status = fill(f, (*db_)[f], batch);
      rocksdb::WriteOptions options;
      options.sync = how == durable::yes;
      if (status.ok())
        status = db_->get()->Write(options, &batch);
      if (status.ok())
        return {};
      broken_ = true;
      return refused("write", status);
    });
  }

  /// After a failed write RocksDB takes no others for as long as it is open,
  /// while the disk may have room again: start over with what it holds.
  result<void> reopen_if(const std::atomic<bool>& needed) {
    if (!needed)
      return {};
    std::unique_lock guard{mutex_};
    if (!needed)
      return {};
    db_.reset();
    bool damaged = false;
    auto db = open_database(path_, damaged);
    closed_ = !db;
    if (!db)
      return failure(std::move(db).error());
    db_ = std::move(*db);
    broken_ = false;
    return {};
  }

  const std::string path_;
  /// Exclusive only while reopening; RocksDB itself is thread safe.
  std::shared_mutex mutex_;
  std::unique_ptr<database> db_;
  /// A write failed: no further write before reopening.
  std::atomic<bool> broken_{false};
  /// Reopening failed too.
  std::atomic<bool> closed_{false};
};

/// Only the latest damaged database is kept.
result<void> move_aside(const std::string& path) {
  auto aside = path + ".damaged";
  if (auto removed = posix_file_system().remove_all(aside); !removed)
    return removed;
  return posix_file_system().rename(path, aside);
}

result<std::unique_ptr<offset_store>>
do_open(const std::string& path, bool& rebuilt) {
  if (auto made = posix_file_system().create_directories(path); !made)
    return failure(std::move(made).error());
  bool damaged = false;
  auto db = open_database(path, damaged);
  if (damaged) {
    if (auto moved = move_aside(path); !moved)
      return failure(std::move(moved).error());
    rebuilt = true;
    db = open_database(path, damaged);
  }
  if (!db)
    return failure(std::move(db).error());
  return std::make_unique<rocksdb_store>(path, std::move(*db));
}

} // namespace

result<std::unique_ptr<offset_store>>
open_rocksdb_store(const std::string& path, bool* rebuilt) {
  bool was_rebuilt = false;
  auto store = guarded("open", [&] { return do_open(path, was_rebuilt); });
  if (rebuilt)
    *rebuilt = was_rebuilt;
  return store;
}

} // namespace troupe::storage
