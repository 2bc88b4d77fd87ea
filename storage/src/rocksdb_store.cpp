// SPDX-License-Identifier: Apache-2.0
#include "rocksdb_store.h"

#include "checkpoint_codec.h"

#include <troupe/storage/node_database.h>

#include <rocksdb/snapshot.h>

#include <array>
#include <utility>

// One WriteBatch writes all three families, so a checkpoint is there whole or
// not.

namespace troupe::storage {

namespace {

using found = std::optional<partition_checkpoint>;

constexpr std::array families{database_family::partitions,
                              database_family::epochs,
                              database_family::producers};

rocksdb::Slice as_slice(const std::vector<std::byte>& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

std::span<const std::byte> as_bytes(const rocksdb::Slice& x) {
  return {reinterpret_cast<const std::byte*>(x.data()), x.size()};
}

/// Three reads at one moment, because a save may come between them.
result<found> read_checkpoint(const open_database& db, const std::string& key) {
  rocksdb::ManagedSnapshot moment{&db.get()};
  rocksdb::ReadOptions options;
  options.snapshot = moment.snapshot();
  std::array<rocksdb::PinnableSlice, families.size()> values;
  for (size_t i = 0; i < families.size(); ++i) {
    auto status = db.get().Get(options, db[families[i]], key, &values[i]);
    if (i == 0 && status.IsNotFound())
      return found{};
    if (status.IsNotFound())
      return failure(errc::corrupt_log, "read offset store: half is missing");
    if (!status.ok())
      return database_failure("read offset store", status);
  }
  return decode_checkpoint(as_bytes(values[0]), as_bytes(values[1]),
                           as_bytes(values[2]));
}

class rocksdb_store final : public offset_store {
public:
  explicit rocksdb_store(std::shared_ptr<rocksdb_database> in)
      : in_(std::move(in)) {}

  result<found> load(const topic_partition& tp) override {
    return in_->read("read offset store", [&](const open_database& db) {
      return read_checkpoint(db, checkpoint_key(tp));
    });
  }

  result<void> save(const topic_partition& tp, const partition_checkpoint& x,
                    durable how) override {
    std::array values{encode_offsets(x.offsets), encode_epochs(x.epochs),
                      encode_producers(x.producers_end, x.producers)};
    auto key = checkpoint_key(tp);
    return write(how, [&](size_t i, rocksdb::ColumnFamilyHandle* family,
                          rocksdb::WriteBatch& batch) {
      return batch.Put(family, key, as_slice(values[i]));
    });
  }

  result<void> erase(const topic_partition& tp) override {
    auto key = checkpoint_key(tp);
    return write(durable::no, [&](size_t, rocksdb::ColumnFamilyHandle* family,
                                  rocksdb::WriteBatch& batch) {
      return batch.Delete(family, key);
    });
  }

  result<void> sync() override {
    return in_->maintain("sync offset store", [](const open_database& db) {
      return db.get().SyncWAL();
    });
  }

private:
  /// Calls `fill` once per column family, then writes all or nothing.
  template <class F>
  result<void> write(durable how, F fill) {
    rocksdb::WriteOptions options;
    options.sync = how == durable::yes;
    return in_->write("write offset store", options,
                      [&](const open_database& db,
                          rocksdb::WriteBatch& batch) -> result<void> {
                        for (size_t i = 0; i < families.size(); ++i)
                          if (auto done = fill(i, db[families[i]], batch);
                              !done.ok())
                            return database_failure("write offset store", done);
                        return {};
                      });
  }

  std::shared_ptr<rocksdb_database> in_;
};

} // namespace

std::unique_ptr<offset_store>
make_rocksdb_store(std::shared_ptr<rocksdb_database> in) {
  return std::make_unique<rocksdb_store>(std::move(in));
}

result<node_database> open_node_database(const std::string& path) {
  node_database opened;
  auto shared = rocksdb_database::open(path, opened.rebuilt);
  if (!shared)
    return failure(std::move(shared).error());
  opened.offsets = make_rocksdb_store(*shared);
  opened.views = make_rocksdb_log_view(*shared);
  return opened;
}

result<std::unique_ptr<offset_store>>
open_rocksdb_store(const std::string& path, bool* rebuilt) {
  auto opened = open_node_database(path);
  if (rebuilt)
    *rebuilt = opened && opened->rebuilt;
  if (!opened)
    return failure(std::move(opened).error());
  return std::move(opened->offsets);
}

} // namespace troupe::storage
