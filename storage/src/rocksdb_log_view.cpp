// SPDX-License-Identifier: Apache-2.0
#include "rocksdb_store.h"

#include "big_endian.h"
#include "byte_reader.h"
#include "checkpoint_codec.h"

#include <array>
#include <memory>
#include <unordered_map>
#include <utility>

// Keys and values of the family `views`, integers big-endian:
//   topic 00 partition u32 00        version i16 | topic id 16 bytes |
//                                    end offset i64
//   topic 00 partition u32 01 key    value
//
// Position and values lie in one family: a flush writes a prefix of its
// changes, and with no write-ahead log that is all a crash leaves.

namespace troupe::storage {

namespace {

constexpr char position_kind = 0;
constexpr char value_kind = 1;
constexpr char kinds_end = 2;
constexpr int16_t position_version = 1;

rocksdb::Slice as_slice(std::string_view x) {
  return {x.data(), x.size()};
}

std::string_view as_text(const rocksdb::Slice& x) {
  return {x.data(), x.size()};
}

std::string view_key(const topic_partition& tp, char kind) {
  auto key = checkpoint_key(tp);
  key.push_back(kind);
  return key;
}

/// The first key after all that begin with `prefix`, whose kind byte never
/// lets it be nothing but ff.
std::string after_prefix(std::string prefix) {
  while (static_cast<unsigned char>(prefix.back()) == 0xff)
    prefix.pop_back();
  ++prefix.back();
  return prefix;
}

std::string encode_position(const view_position& x) {
  std::vector<std::byte> bytes;
  append_big_endian(bytes, position_version);
  for (auto part : x.topic_id.bytes)
    append_big_endian(bytes, part);
  append_big_endian(bytes, x.end_offset);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

result<view_position> decode_position(std::string_view text) {
  byte_reader in{std::as_bytes(std::span<const char>{text})};
  auto version = in.integer<int16_t>();
  if (in.ok() && version != position_version)
    return failure(errc::unsupported_format,
                   "read log view: version " + std::to_string(version));
  view_position x;
  for (auto& part : x.topic_id.bytes)
    part = in.integer<uint8_t>();
  x.end_offset = in.integer<int64_t>();
  if (!in.ok() || in.left() != 0)
    return failure(errc::corrupt_log, "read log view: malformed position");
  return x;
}

result<std::optional<std::string>>
read_value(const open_database& db, const std::string& key) {
  std::string value;
  auto status = db.get().Get(rocksdb::ReadOptions{}, db[database_family::views],
                             key, &value);
  if (status.IsNotFound())
    return std::optional<std::string>{};
  if (!status.ok())
    return database_failure("read log view", status);
  return std::optional{std::move(value)};
}

result<std::optional<view_position>>
read_position(const open_database& db, const topic_partition& tp) {
  auto value = read_value(db, view_key(tp, position_kind));
  if (!value)
    return failure(std::move(value).error());
  if (!*value)
    return std::optional<view_position>{};
  auto position = decode_position(**value);
  if (!position)
    return failure(std::move(position).error());
  return std::optional{*position};
}

tl::unexpected<error> refused(const topic_partition& tp, std::string why) {
  return failure(errc::offset_out_of_range,
                 "log view of " + to_string(tp) + ": " + std::move(why));
}

/// The batch checks nothing that can fail but its own size.
result<void> checked(const rocksdb::Status& x) {
  if (!x.ok())
    return database_failure("write log view", x);
  return {};
}

class rocksdb_log_view final : public log_view {
public:
  explicit rocksdb_log_view(std::shared_ptr<rocksdb_database> in)
      : in_(std::move(in)) {}

  result<std::optional<view_position>>
  position(const topic_partition& tp) override;
  result<void>
  reset(const topic_partition& tp, const view_position& start) override;
  result<void> apply(const topic_partition& tp, applied_range range,
                     std::span<const view_change> changes) override;
  result<std::optional<std::string>>
  get(const topic_partition& tp, std::string_view key) override;
  result<void> scan(const topic_partition& tp, std::string_view prefix,
                    const view_visitor& visit) override;
  result<void> erase(const topic_partition& tp) override;
  result<void> flush() override;

private:
  result<void>
  remove(const topic_partition& tp, const std::optional<view_position>& start);
  void take_notice(const topic_partition& tp);
  result<void> check_noticed(const topic_partition& tp);

  std::shared_ptr<rocksdb_database> in_;
  /// How often the database had been opened again when the owner of a view
  /// last learned its position. Only looked at once that happened.
  std::mutex mutex_;
  std::unordered_map<topic_partition, uint64_t> noticed_;
};

result<std::optional<view_position>>
rocksdb_log_view::position(const topic_partition& tp) {
  return in_->read("read log view", [&](const open_database& db) {
    take_notice(tp);
    return read_position(db, tp);
  });
}

result<void>
rocksdb_log_view::reset(const topic_partition& tp, const view_position& start) {
  return remove(tp, start);
}

result<void> rocksdb_log_view::erase(const topic_partition& tp) {
  return remove(tp, std::nullopt);
}

/// With the write-ahead log, unlike all else: what is removed must stay so.
result<void>
rocksdb_log_view::remove(const topic_partition& tp,
                         const std::optional<view_position>& start) {
  rocksdb::WriteOptions options;
  options.sync = true;
  return in_->write(
      "write log view", options,
      [&](const open_database& db, rocksdb::WriteBatch& batch) -> result<void> {
        take_notice(tp);
        auto* views = db[database_family::views];
        auto first = view_key(tp, position_kind);
        auto status = batch.DeleteRange(views, first, view_key(tp, kinds_end));
        if (status.ok() && start)
          status = batch.Put(views, first, encode_position(*start));
        return checked(status);
      });
}

result<void> rocksdb_log_view::apply(const topic_partition& tp,
                                     applied_range range,
                                     std::span<const view_change> changes) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  return in_->write(
      "write log view", options,
      [&](const open_database& db, rocksdb::WriteBatch& batch) -> result<void> {
        if (auto known = check_noticed(tp); !known)
          return known;
        auto at = read_position(db, tp);
        if (!at)
          return failure(std::move(at).error());
        if (!*at || (*at)->end_offset != range.begin || range.end < range.begin)
          return refused(tp, "it does not end at offset "
                                 + std::to_string(range.begin));
        (*at)->end_offset = range.end;
        auto* views = db[database_family::views];
        auto status = batch.Put(views, view_key(tp, position_kind),
                                encode_position(**at));
        auto key = view_key(tp, value_kind);
        auto prefix = key.size();
        for (auto& x : changes) {
          if (!status.ok())
            break;
          key.resize(prefix);
          key.append(x.key);
          status = x.value ? batch.Put(views, key, as_slice(*x.value))
                           : batch.Delete(views, key);
        }
        return checked(status);
      });
}

result<std::optional<std::string>>
rocksdb_log_view::get(const topic_partition& tp, std::string_view key) {
  return in_->read(
      "read log view",
      [&](const open_database& db) -> result<std::optional<std::string>> {
        if (auto known = check_noticed(tp); !known)
          return failure(std::move(known).error());
        return read_value(db, view_key(tp, value_kind).append(key));
      });
}

result<void> rocksdb_log_view::scan(const topic_partition& tp,
                                    std::string_view prefix,
                                    const view_visitor& visit) {
  return in_->read(
      "read log view", [&](const open_database& db) -> result<void> {
        if (auto known = check_noticed(tp); !known)
          return known;
        auto first = view_key(tp, value_kind);
        auto skip = first.size();
        first.append(prefix);
        auto end = after_prefix(first);
        auto bound = as_slice(end);
        rocksdb::ReadOptions options;
        options.iterate_upper_bound = &bound;
        // A scan reads much once: it must not push out what is read often.
        options.fill_cache = false;
        options.readahead_size = 256 << 10;
        std::unique_ptr<rocksdb::Iterator> at{
            db.get().NewIterator(options, db[database_family::views])};
        for (at->Seek(first); at->Valid(); at->Next())
          if (!visit(as_text(at->key()).substr(skip), as_text(at->value())))
            break;
        if (auto status = at->status(); !status.ok())
          return database_failure("read log view", status);
        return {};
      });
}

result<void> rocksdb_log_view::flush() {
  return in_->maintain("flush log views", [](const open_database& db) {
    return db.get().Flush(rocksdb::FlushOptions{}, db[database_family::views]);
  });
}

void rocksdb_log_view::take_notice(const topic_partition& tp) {
  if (in_->reopenings() == 0)
    return;
  std::lock_guard guard{mutex_};
  noticed_[tp] = in_->reopenings();
}

/// Opening again lost what was not flushed, and the owner does not know.
result<void> rocksdb_log_view::check_noticed(const topic_partition& tp) {
  auto reopenings = in_->reopenings();
  if (reopenings == 0)
    return {};
  std::lock_guard guard{mutex_};
  auto found = noticed_.find(tp);
  if (found == noticed_.end() || found->second != reopenings)
    return refused(tp, "it went back when the database was opened again");
  return {};
}

} // namespace

std::unique_ptr<log_view>
make_rocksdb_log_view(std::shared_ptr<rocksdb_database> in) {
  return std::make_unique<rocksdb_log_view>(std::move(in));
}

} // namespace troupe::storage
