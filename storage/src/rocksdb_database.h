// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/offset_store.h>
#include <troupe/storage/result.h>

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

// Column families; the values are described in checkpoint_codec.h:
//   partitions   topic 00 partition u32   topic id, log start offset,
//                                         recovery point, high watermark
//   epochs       topic 00 partition u32   first offset per leader epoch
//   producers    topic 00 partition u32   end offset, producer table
//   views        drawn in rocksdb_log_view.cpp

namespace troupe::storage {

enum class database_family : uint8_t { partitions, epochs, producers, views };

/// An open database and its column families.
class open_database {
public:
  open_database() = default;
  open_database(const open_database&) = delete;
  open_database& operator=(const open_database&) = delete;
  ~open_database();

  rocksdb::Status open(const std::string& path);

  rocksdb::DB& get() const { return *db_; }
  rocksdb::ColumnFamilyHandle* operator[](database_family x) const {
    // After the default one.
    return families_[1 + static_cast<size_t>(x)];
  }

private:
  std::unique_ptr<rocksdb::DB> db_;
  /// The default one first, which RocksDB insists on and we leave empty.
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

/// `<what>: <why>`, with a code of ours.
tl::unexpected<error>
database_failure(std::string_view what, const rocksdb::Status& why);

/// The node's RocksDB, opened again when a write failed. Shared by those who
/// keep something in it, because a node has one. Thread safe.
class rocksdb_database {
public:
  /// A damaged database is moved aside first, which sets `rebuilt`.
  static result<std::shared_ptr<rocksdb_database>>
  open(const std::string& path, bool& rebuilt);

  rocksdb_database(std::string path, std::unique_ptr<open_database> db);

  /// Calls `f(database)`, which answers a result. `what` begins every message.
  template <class F>
  auto read(std::string_view what, F f)
      -> std::invoke_result_t<F, const open_database&> {
    return guarded(what,
                   [&]() -> std::invoke_result_t<F, const open_database&> {
                     if (auto usable = reopen_if(closed_); !usable)
                       return failure(std::move(usable).error());
                     std::shared_lock guard{mutex_};
                     if (auto usable = check_open(what); !usable)
                       return failure(std::move(usable).error());
                     return f(*db_);
                   });
  }

  /// Lets `fill(database, batch)` gather changes, then writes all or none.
  using fill_batch =
      std::function<result<void>(const open_database&, rocksdb::WriteBatch&)>;
  result<void> write(std::string_view what, const rocksdb::WriteOptions& how,
                     const fill_batch& fill);

  /// Calls `f(database)`, which answers a status; never opens again.
  result<void>
  maintain(std::string_view what,
           const std::function<rocksdb::Status(const open_database&)>& f);

  /// How often it was opened again. What no log of RocksDB's holds was lost
  /// each time.
  uint64_t reopenings() const noexcept { return reopenings_; }

private:
  /// RocksDB may throw what the standard library throws (threads, file
  /// systems), and nothing of that may leave the files that include it.
  template <class F>
  static auto guarded(std::string_view what, F f) -> decltype(f()) {
    try {
      return f();
    } catch (const std::exception& x) {
      return failure(errc::io, std::string{what} + ": " + x.what());
    }
  }

  result<void> check_open(std::string_view what) const;
  result<void> reopen_if(const std::atomic<bool>& needed);

  const std::string path_;
  /// Exclusive only while reopening; RocksDB itself is thread safe.
  std::shared_mutex mutex_;
  std::unique_ptr<open_database> db_;
  /// A write failed: no further write before reopening.
  std::atomic<bool> broken_{false};
  /// Reopening failed too.
  std::atomic<bool> closed_{false};
  std::atomic<uint64_t> reopenings_{0};
};

} // namespace troupe::storage
