// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/record_batch.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe {

/// A record in the hands of a stage, which may change its key, value and
/// headers. Nothing is copied until something is changed. Lives until the stage
/// returns; used by its thread only.
class staged_record {
public:
  /// What may be set on one record, with a little for each call. What goes
  /// beyond is not set, and the stage has failed when it returns.
  static constexpr size_t set_bytes_max = 64 << 20;

  /// `record` and `from` must outlive this.
  staged_record(const storage::record_view& record,
                const storage::topic_partition& from)
      : original_(&record), from_(from) {}
  staged_record(const staged_record&) = delete;
  staged_record& operator=(const staged_record&) = delete;

  /// The topic it was produced to.
  const std::string& topic() const noexcept { return from_.topic; }
  /// The partition of that topic.
  int32_t partition() const noexcept { return from_.partition; }

  /// None: it has none. A view until the stage returns, as all that follow.
  const std::optional<std::string_view>& key() const noexcept {
    return view().key;
  }
  /// None: a tombstone.
  const std::optional<std::string_view>& value() const noexcept {
    return view().value;
  }
  /// In their order; names may repeat.
  std::span<const storage::record_field> headers() const noexcept {
    return view().headers;
  }
  /// Milliseconds since 1970.
  storage::timestamp_ms timestamp() const noexcept { return view().timestamp; }
  /// The value of the last header of that name; absent when there is none,
  /// empty when it is null.
  std::optional<std::string_view> header(std::string_view name) const;

  /// None: without a key.
  void set_key(std::optional<std::string> x);
  /// None: makes it a tombstone.
  void set_value(std::optional<std::string> x);
  /// Instead of all headers of that name, or behind the others.
  void set_header(std::string_view name, std::optional<std::string> value);
  /// All of that name.
  void remove_header(std::string_view name);

  /// Something was set or removed.
  bool changed() const noexcept { return changed_; }
  /// More was set than `set_bytes_max`.
  bool overflowed() const noexcept { return overflowed_; }
  /// As it is now.
  const storage::record_view& view() const noexcept {
    return changed_ ? now_ : *original_;
  }

private:
  /// Whether there is room for so much more.
  bool has_room(size_t bytes);
  /// The record to be changed.
  storage::record_view& edit();
  std::optional<std::string_view> keep(std::optional<std::string> x);

  const storage::record_view* original_;
  const storage::topic_partition& from_;
  /// In use as soon as it has changed.
  storage::record_view now_;
  /// What the views of changed parts look at; a list, so that they stay.
  std::list<std::string> owned_;
  size_t set_bytes_ = 0;
  bool changed_ = false;
  bool overflowed_ = false;
};

} // namespace troupe

#pragma GCC visibility pop
