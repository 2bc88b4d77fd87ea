// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/record_batch.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#pragma GCC visibility push(default)

/// The record headers by which ordinary clients speak to topics of other kinds
/// than log, and how they are read. Numbers are decimal text. Of several
/// headers with the same name the last one counts, as in Kafka's clients. What
/// cannot be read is reported in `fault` (static text, empty when all is well)
/// and replaced by something harmless: a record is never lost for its headers.
namespace troupe::cluster {

using storage::offset_t;
using storage::timestamp_ms;

/// From producers: milliseconds after the record's timestamp.
inline constexpr std::string_view delay_header = "troupe.delay.ms";
/// From producers: milliseconds since the Unix epoch; wins over a delay.
inline constexpr std::string_view due_header = "troupe.due.ms";
/// From producers: 0 (last) to 9 (first).
inline constexpr std::string_view priority_header = "troupe.priority";
/// To consumers: the `delivery_id`. Added behind the producer's headers.
inline constexpr std::string_view delivery_header = "troupe.delivery";
/// To consumers: what was wrong with the producer's headers, or why a record
/// is a dead letter.
inline constexpr std::string_view reason_header = "troupe.reason";
/// From consumers, in an acknowledgement: accept (also when absent), release or
/// reject.
inline constexpr std::string_view verdict_header = "troupe.verdict";

/// The value of the last header of that name; absent when there is none, empty
/// when it is null.
std::optional<std::string_view>
find_header(const storage::record_view& record, std::string_view name);

/// When a record of a delayed topic shall be visible.
struct due_time {
  timestamp_ms due_ms = 0;
  std::string_view fault;
};

/// Never later than `delay_max_ms` after the record's timestamp. Without
/// headers, or with some that cannot be read, the record is due at once: at its
/// timestamp.
due_time due_of(const storage::record_view& record, int64_t delay_max_ms);

inline constexpr int32_t priority_top = 9;
inline constexpr int32_t priority_default = 4;

/// How urgent a record is.
struct priority_level {
  /// 0 to `priority_top`.
  int32_t level = priority_default;
  std::string_view fault;
};

/// Numbers beyond the ends count as the ends.
priority_level level_of(const storage::record_view& record);

/// Where it stands among others by its level, which is worth `step` offsets:
/// smaller ones go first. So a record of level L is overtaken only by records
/// of higher levels that lie less than (9 - L) steps behind it in the inbox,
/// however many there are.
int64_t priority_rank(const storage::record_view& record, int64_t step);

/// Names one delivery: `<partition>-<offset>-<attempt>`.
struct delivery_id {
  int32_t partition = 0;
  /// Of the record in the inbox.
  offset_t offset = 0;
  /// From 1 on; above 1 in queues only.
  int32_t attempt = 1;

  bool operator==(const delivery_id&) const = default;
};

/// The text that consumers find in the header.
std::string to_string(const delivery_id& x);

/// The reverse; nothing when the text is anything else.
std::optional<delivery_id> parse_delivery_id(std::string_view text);

/// What a consumer says of a delivery. The words are those of KIP-932.
enum class delivery_verdict : uint8_t {
  /// It is done with.
  accept,
  /// Somebody shall try again.
  release,
  /// Nobody shall: a dead letter.
  reject,
};

/// One record of a queue's acknowledgements.
struct acknowledgement {
  delivery_id id;
  delivery_verdict verdict = delivery_verdict::accept;

  bool operator==(const acknowledgement&) const = default;
};

/// The id is the record's value. Nothing when id or verdict cannot be read:
/// then nobody acknowledged anything, and the delivery times out.
std::optional<acknowledgement>
parse_acknowledgement(const storage::record_view& record);

} // namespace troupe::cluster

#pragma GCC visibility pop
