// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/record_batch.h>
#include <troupe/storage/types.h>

#include <cstdint>
#include <deque>
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
  /// `record` and `from` must outlive this.
  staged_record(const storage::record_view& record,
                const storage::topic_partition& from)
      : now_(record), from_(from) {}
  staged_record(const staged_record&) = delete;
  staged_record& operator=(const staged_record&) = delete;

  /// Where it was produced to.
  const std::string& topic() const noexcept { return from_.topic; }
  int32_t partition() const noexcept { return from_.partition; }

  const std::optional<std::string_view>& key() const noexcept {
    return now_.key;
  }
  /// None: a tombstone.
  const std::optional<std::string_view>& value() const noexcept {
    return now_.value;
  }
  std::span<const storage::record_field> headers() const noexcept {
    return now_.headers;
  }
  /// Milliseconds since 1970.
  storage::timestamp_ms timestamp() const noexcept { return now_.timestamp; }
  /// The value of the last header of that name; absent when there is none,
  /// empty when it is null.
  std::optional<std::string_view> header(std::string_view name) const;

  void set_key(std::optional<std::string> x);
  void set_value(std::optional<std::string> x);
  /// Instead of all headers of that name, or behind the others.
  void set_header(std::string_view name, std::optional<std::string> value);
  void remove_header(std::string_view name);

  bool changed() const noexcept { return changed_; }
  /// As it is now.
  const storage::record_view& view() const noexcept { return now_; }

private:
  std::optional<std::string_view> keep(std::optional<std::string> x);

  storage::record_view now_;
  const storage::topic_partition& from_;
  /// What the views of changed parts look at; a deque, so that they stay.
  std::deque<std::string> owned_;
  bool changed_ = false;
};

} // namespace troupe

#pragma GCC visibility pop
