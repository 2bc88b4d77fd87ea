// SPDX-License-Identifier: Apache-2.0
#include "log_state.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace troupe::storage {

namespace {

constexpr int16_t log_append_time_bit = 0x08;

/// One whole batch of our own, and nothing else.
result<batch_header>
check_internal(std::span<const std::byte> bytes, int64_t segment_bytes_max) {
  auto header = parse_batch_header(bytes);
  if (!header)
    return header;
  if (header->size_bytes() != bytes.size() || !is_plausible(*header))
    return failure(errc::corrupt_batch, "append: not one whole batch");
  if (static_cast<int64_t>(bytes.size()) > segment_bytes_max)
    return failure(errc::records_too_large_for_segment,
                   "append: batch is larger than a segment");
  if (batch_crc(*header, bytes.subspan(batch_header_bytes)) != header->crc)
    return failure(errc::corrupt_batch, "append: CRC does not match");
  return header;
}

/// Compaction took away what lay before one of them.
bool leave_gap(std::span<const batch_header> headers, offset_t expected) {
  return std::ranges::any_of(headers, [&](const batch_header& x) {
    return x.base_offset != std::exchange(expected, x.next_offset());
  });
}

} // namespace

result<void> log::state::check_writable() const {
  if (closed)
    return failure(errc::closed, "log " + options.directory + " is closed");
  if (poisoned)
    return failure(errc::poisoned,
                   "a sync of log " + options.directory + " failed before");
  return {};
}

result<batch_header>
log::state::check_batch(std::span<const std::byte> bytes,
                        const append_options& how,
                        std::vector<record_failure>* failures) {
  switch (how.origin) {
  case append_origin::client:
    return validate_batch(bytes, options.config, how.now, failures);
  case append_origin::staged:
    return validate_staged_batch(bytes, options.config, how.now, failures);
  case append_origin::internal:
    break;
  }
  return check_internal(bytes, segment_bytes_max());
}

result<append_info> log::append(const buffer& batch, const append_options& how,
                                std::vector<record_failure>* failures) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return failure(std::move(done.error()));
  auto header = x.check_batch(batch.bytes(), how, failures);
  if (!header)
    return failure(std::move(header.error()));
  auto seen = x.producers.check(*header);
  if (!seen)
    return failure(std::move(seen.error()));
  auto stamp_time =
      x.options.config.log_append_time && how.origin != append_origin::internal;
  if (seen->what == producer_table::verdict::duplicate)
    return append_info{seen->base_offset, seen->next_offset,
                       stamp_time ? seen->timestamp : no_timestamp, true};
  auto records = batch.bytes().subspan(batch_header_bytes);
  header->base_offset = x.end_offset;
  header->leader_epoch = how.leader_epoch;
  if (stamp_time) {
    header->attributes |= log_append_time_bit;
    header->max_timestamp = how.now;
    header->crc = batch_crc(*header, records);
  }
  auto rolled = x.roll_if_due(
      {batch.size(), header->max_timestamp, header->last_offset()}, how.now);
  if (!rolled)
    return failure(std::move(rolled.error()));
  auto stamped = encode_batch_header(*header);
  auto position = x.active().size_bytes();
  std::array<std::span<const std::byte>, 2> parts{stamped, records};
  if (auto done = x.active().write(parts, batch.size()); !done)
    return failure(std::move(done.error()));
  x.account(*header, position, how.now);
  return append_info{header->base_offset, x.end_offset,
                     stamp_time ? how.now : no_timestamp, false};
}

result<append_info>
log::append_replicated(const buffer& batches, timestamp_ms now) {
  auto& x = *state_;
  if (auto done = x.check_writable(); !done)
    return failure(std::move(done.error()));
  auto headers = x.check_replicated(batches.bytes());
  if (!headers)
    return failure(std::move(headers.error()));
  // Recovery would take a gap for damage, whatever the topic says by then.
  if (leave_gap(*headers, x.end_offset))
    if (auto done = x.mark_gaps(); !done)
      return failure(std::move(done.error()));
  append_info info{x.end_offset, x.end_offset, no_timestamp, false};
  std::span<const batch_header> left{*headers};
  auto bytes = batches.bytes();
  while (!left.empty()) {
    auto count = x.append_group(left, bytes, now);
    // What an earlier group brought is in the log and is reported as such;
    // the follower asks for the rest again.
    if (!count && info.next_offset > info.base_offset)
      break;
    if (!count)
      return failure(std::move(count.error()));
    info.next_offset = x.end_offset;
    for (auto& header : left.first(*count))
      bytes = bytes.subspan(header.size_bytes());
    left = left.subspan(*count);
  }
  return info;
}

result<std::vector<batch_header>>
log::state::check_replicated(std::span<const std::byte> bytes) const {
  std::vector<batch_header> headers;
  auto expected = end_offset;
  while (!bytes.empty()) {
    auto header = parse_batch_header(bytes);
    if (!header)
      return failure(std::move(header.error()));
    if (!is_plausible(*header) || header->size_bytes() > bytes.size()
        || header->size_bytes()
               > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
      return failure(errc::corrupt_batch, "append: batch is cut off");
    if (header->base_offset < expected
        || header->last_offset() - expected > relative_offset_max)
      return failure(errc::offset_out_of_range,
                     "append: batch begins at offset "
                         + std::to_string(header->base_offset)
                         + ", which does not follow "
                         + std::to_string(expected));
    auto records = bytes.subspan(batch_header_bytes,
                                 header->size_bytes() - batch_header_bytes);
    if (batch_crc(*header, records) != header->crc)
      return failure(errc::corrupt_batch, "append: CRC does not match");
    expected = header->next_offset();
    bytes = bytes.subspan(header->size_bytes());
    headers.push_back(*header);
  }
  if (headers.empty())
    return failure(errc::corrupt_batch, "append: no batch");
  return headers;
}

} // namespace troupe::storage
