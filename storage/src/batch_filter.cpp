// SPDX-License-Identifier: Apache-2.0
#include "batch_filter.h"

#include "raw_records.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace troupe::storage {

namespace {

constexpr int16_t codec_bits = 0x07;
constexpr int16_t delete_horizon_bit = 0x40;

bool has_delete_horizon(const batch_header& x) {
  return (x.attributes & delete_horizon_bit) != 0;
}

timestamp_ms saturating_sum(timestamp_ms x, int64_t y) {
  constexpr auto max = std::numeric_limits<timestamp_ms>::max();
  return x > max - y ? max : x + y;
}

/// Foreign timestamps may lie anywhere: sums and differences wrap.
int64_t wrapping_sum(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              + static_cast<uint64_t>(y));
}

int64_t wrapping_difference(int64_t x, int64_t y) {
  return static_cast<int64_t>(static_cast<uint64_t>(x)
                              - static_cast<uint64_t>(y));
}

/// Filters the records of one batch.
class record_filter {
public:
  record_filter(const batch_header& header, const compaction_rules& rules)
      : header_(header), rules_(rules) {}

  result<void> run(std::span<const std::byte> area);

  bool all_stay() const {
    return kept_.size() == static_cast<size_t>(header_.records_count);
  }
  bool none_stays() const { return kept_.empty(); }
  /// The first cleaning that meets a tombstone says when it may go.
  bool needs_horizon() const {
    return tombstone_stays_ && !has_delete_horizon(header_);
  }
  int32_t removed() const {
    return header_.records_count - static_cast<int32_t>(kept_.size());
  }

  /// The records that stay, and the header that fits them but for size and CRC.
  batch_header rebuild(std::vector<std::byte>& records) const;

private:
  bool stays(const raw_record& x) const;
  timestamp_ms timestamp_of(const raw_record& x) const {
    return header_.log_append_time()
               ? header_.max_timestamp
               : wrapping_sum(header_.base_timestamp, x.timestamp_delta);
  }

  const batch_header& header_;
  const compaction_rules& rules_;
  std::vector<raw_record> kept_;
  bool tombstone_stays_ = false;
};

bool record_filter::stays(const raw_record& x) const {
  auto offset = header_.base_offset + x.offset_delta;
  if (offset >= rules_.latest_end)
    return true;
  // As in Kafka: without a key it has no place in a compacted topic.
  if (!x.key || rules_.latest.find(*x.key) > offset)
    return false;
  return x.has_value || rules_.keep_tombstones || !has_delete_horizon(header_)
         || rules_.now < header_.base_timestamp;
}

result<void> record_filter::run(std::span<const std::byte> area) {
  for (int32_t i = 0; i < header_.records_count; ++i) {
    auto x = take_record(area);
    if (!x)
      return failure(std::move(x.error()));
    if (x->offset_delta > header_.last_offset_delta)
      return failure(errc::corrupt_batch, "compact: an offset is impossible");
    if (!stays(*x))
      continue;
    tombstone_stays_ = tombstone_stays_ || !x->has_value;
    kept_.push_back(*x);
  }
  if (!area.empty())
    return failure(errc::corrupt_batch, "compact: bytes are left in a batch");
  return {};
}

batch_header record_filter::rebuild(std::vector<std::byte>& records) const {
  auto header = header_;
  auto largest = std::numeric_limits<timestamp_ms>::min();
  for (auto& x : kept_)
    largest = std::max(largest, timestamp_of(x));
  header.max_timestamp = largest;
  header.records_count = static_cast<int32_t>(kept_.size());
  if (needs_horizon()) {
    header.attributes |= delete_horizon_bit;
    header.base_timestamp =
        saturating_sum(rules_.now, rules_.delete_retention_ms);
    for (auto& x : kept_)
      append_record(
          records, x,
          wrapping_difference(timestamp_of(x), header.base_timestamp));
    return header;
  }
  for (auto& x : kept_)
    records.insert(records.end(), x.bytes.begin(), x.bytes.end());
  return header;
}

/// Appends `header`, completed, and `records`.
filtered_batch append_batch(batch_header header,
                            std::span<const std::byte> records,
                            std::vector<std::byte>& to) {
  auto size = batch_header_bytes + records.size();
  header.batch_length = static_cast<int32_t>(size - batch_prefix_bytes);
  header.crc = batch_crc(header, records);
  auto head = encode_batch_header(header);
  to.insert(to.end(), head.begin(), head.end());
  to.insert(to.end(), records.begin(), records.end());
  return {header, size, 0, true};
}

filtered_batch append_original(std::span<const std::byte> batch,
                               const batch_header& header,
                               std::vector<std::byte>& to) {
  to.insert(to.end(), batch.begin(), batch.end());
  return {header, batch.size(), 0, false};
}

/// What remains for the sake of offsets and sequences.
filtered_batch append_emptied(batch_header header, std::vector<std::byte>& to) {
  header.attributes = static_cast<int16_t>(
      header.attributes & ~(codec_bits | delete_horizon_bit));
  header.base_timestamp = no_timestamp;
  header.records_count = 0;
  return append_batch(header, {}, to);
}

filtered_batch append_nothing_or_header(const batch_header& header,
                                        bool keep_empty,
                                        std::vector<std::byte>& to) {
  auto left = keep_empty ? append_emptied(header, to)
                         : filtered_batch{header, 0, 0, true};
  left.records_removed = header.records_count;
  return left;
}

} // namespace

result<std::span<const std::byte>>
records_area(std::span<const std::byte> batch, const batch_header& header,
             size_t decompressed_bytes_max, std::vector<std::byte>& unpacked) {
  auto area = batch.subspan(batch_header_bytes);
  if (header.codec_bits() == 0 || header.records_count <= 0)
    return area;
  auto plain = decompress(static_cast<codec>(header.codec_bits()), area,
                          decompressed_bytes_max);
  if (!plain)
    return failure(std::move(plain.error()));
  unpacked = std::move(*plain);
  return std::span<const std::byte>{unpacked};
}

result<filtered_batch>
filter_batch(std::span<const std::byte> batch, const batch_header& header,
             batch_fate fate, bool keep_empty, const compaction_rules& rules,
             std::vector<std::byte>& to) {
  if (header.records_count == 0 && keep_empty)
    return append_original(batch, header, to);
  if (header.records_count == 0 || fate == batch_fate::discard)
    return append_nothing_or_header(header, keep_empty, to);
  // Beyond the map nothing is cleaned yet, so no horizon is set either.
  if (fate == batch_fate::keep || header.base_offset >= rules.latest_end)
    return append_original(batch, header, to);
  std::vector<std::byte> unpacked;
  auto area =
      records_area(batch, header, rules.decompressed_bytes_max, unpacked);
  if (!area)
    return failure(std::move(area.error()));
  record_filter filter{header, rules};
  if (auto done = filter.run(*area); !done)
    return failure(std::move(done.error()));
  if (filter.all_stay() && !filter.needs_horizon())
    return append_original(batch, header, to);
  if (filter.none_stays())
    return append_nothing_or_header(header, keep_empty, to);
  std::vector<std::byte> records;
  auto rebuilt = filter.rebuild(records);
  if (header.codec_bits() != 0) {
    auto packed = compress(static_cast<codec>(header.codec_bits()), records);
    if (!packed)
      return failure(std::move(packed.error()));
    records = std::move(*packed);
  }
  auto left = append_batch(rebuilt, records, to);
  left.records_removed = filter.removed();
  return left;
}

} // namespace troupe::storage
