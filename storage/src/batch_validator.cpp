// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/batch_validator.h>

#include <limits>
#include <string>
#include <utility>

namespace troupe::storage {

namespace {

/// The CRC covers everything from the attributes on.
constexpr size_t crc_start = 21;
constexpr int16_t delete_horizon_bit = 0x40;
/// A batch may hold millions of records; an answer need not name them all.
constexpr size_t failures_max = 100;

/// Is this one whole batch of an allowed size with a true CRC?
result<batch_header>
check_frame(std::span<const std::byte> bytes, const log_config& config) {
  if (bytes.empty())
    return failure(errc::invalid_record, "check batch: there is none");
  // Formats before v2 are refused as such, not as damage: Kafka's clients send
  // a damaged batch again.
  constexpr size_t magic_position = 16;
  if (bytes.size() > magic_position && bytes[magic_position] != std::byte{2})
    return failure(errc::invalid_record,
                   "check batch: magic is not 2, older formats are not "
                   "supported");
  auto header = parse_batch_header(bytes);
  if (!header)
    return header;
  auto size = header->size_bytes();
  if (size > bytes.size())
    return failure(errc::corrupt_batch,
                   "check batch: claims " + std::to_string(size) + " bytes of "
                       + std::to_string(bytes.size()));
  if (size < bytes.size())
    return failure(errc::invalid_record,
                   "check batch: more than one batch, or bytes after it");
  if (static_cast<int64_t>(size) > config.max_message_bytes)
    return failure(errc::batch_too_large,
                   "check batch: " + std::to_string(size)
                       + " bytes, max.message.bytes is "
                       + std::to_string(config.max_message_bytes));
  if (static_cast<int64_t>(size) > config.segment_bytes)
    return failure(errc::records_too_large_for_segment,
                   "check batch: " + std::to_string(size)
                       + " bytes, segment.bytes is "
                       + std::to_string(config.segment_bytes));
  if (crc32c(bytes.subspan(crc_start)) != header->crc)
    return failure(errc::corrupt_batch, "check batch: wrong CRC");
  return header;
}

/// From a client: each offset has its record.
result<void> check_whole(const batch_header& x) {
  if (x.records_count < 1)
    return failure(errc::invalid_record, "check batch: no records");
  if (x.last_offset_delta != x.records_count - 1)
    return failure(errc::invalid_record,
                   "check batch: count and last offset delta disagree");
  return {};
}

/// From a stage: records may be gone.
result<void> check_staged(const batch_header& x) {
  if (x.records_count < 0 || x.last_offset_delta < 0
      || x.records_count - 1 > x.last_offset_delta)
    return failure(errc::invalid_record,
                   "check batch: more records than offsets");
  return {};
}

/// What only a broken or hostile client sends.
result<void> check_rules(const batch_header& x) {
  // Kafka insists on 0; we overwrite it, so only nonsense is refused.
  if (x.base_offset < 0
      || x.base_offset
             > std::numeric_limits<offset_t>::max() - x.last_offset_delta - 1)
    return failure(errc::invalid_record, "check batch: impossible base offset");
  if (x.control())
    return failure(errc::invalid_record,
                   "check batch: clients must not send control batches");
  if ((x.attributes & delete_horizon_bit) != 0)
    return failure(errc::invalid_record,
                   "check batch: clients must not set a delete horizon");
  if (x.has_producer() && x.base_sequence < 0)
    return failure(errc::invalid_record,
                   "check batch: a producer id needs a sequence");
  if (x.has_producer() && x.producer_epoch < 0)
    return failure(errc::invalid_record,
                   "check batch: a producer id needs an epoch");
  if (x.transactional() && !x.has_producer())
    return failure(errc::invalid_record,
                   "check batch: a transaction needs a producer id");
  if (x.codec_bits() > static_cast<uint8_t>(codec::zstd))
    return failure(errc::unsupported_compression,
                   "check batch: unknown codec "
                       + std::to_string(x.codec_bits()));
  return {};
}

bool within_window(timestamp_ms x, const log_config& config, timestamp_ms now) {
  if (x == no_timestamp)
    return true;
  if (x < no_timestamp)
    return false;
  // Neither difference can overflow: all of them are at least zero.
  return x >= now ? x - now <= config.timestamp_after_max_ms
                  : now - x <= config.timestamp_before_max_ms;
}

/// The header holds the first and the largest timestamp; that these are true
/// is left to the producer, as reading the records would cost too much.
result<void> check_timestamps(const batch_header& x, const log_config& config,
                              timestamp_ms now) {
  if (config.log_append_time)
    return {};
  if (x.log_append_time())
    return failure(errc::invalid_timestamp,
                   "check batch: the topic does not use LogAppendTime");
  if (!within_window(x.base_timestamp, config, now)
      || !within_window(x.max_timestamp, config, now))
    return failure(errc::invalid_timestamp,
                   "check batch: timestamps " + std::to_string(x.base_timestamp)
                       + " to " + std::to_string(x.max_timestamp)
                       + " are outside what the topic allows");
  return {};
}

/// Compaction keeps the last record per key, so there must be one.
result<void> check_keys(std::span<const std::byte> bytes,
                        const log_config& config,
                        std::vector<record_failure>* failures) {
  size_t keyless = 0;
  int32_t index = 0;
  auto walked = for_each_record(
      bytes, static_cast<size_t>(config.decompressed_bytes_max),
      [&](const record_view& x) {
        if (!x.key && ++keyless <= failures_max && failures)
          failures->push_back({index, "a compacted topic needs a key"});
        ++index;
        return true;
      });
  if (!walked)
    return walked;
  if (keyless > 0)
    return failure(errc::invalid_record,
                   "check batch: " + std::to_string(keyless)
                       + " records without a key on a compacted topic");
  return {};
}

result<batch_header>
validate(std::span<const std::byte> bytes, const log_config& config,
         timestamp_ms now, std::vector<record_failure>* failures,
         result<void> (*check_count)(const batch_header&)) {
  auto header = check_frame(bytes, config);
  if (!header)
    return header;
  if (auto checked = check_count(*header); !checked)
    return failure(std::move(checked).error());
  if (auto checked = check_rules(*header); !checked)
    return failure(std::move(checked).error());
  if (auto checked = check_timestamps(*header, config, now); !checked)
    return failure(std::move(checked).error());
  if (config.cleanup_compact)
    if (auto checked = check_keys(bytes, config, failures); !checked)
      return failure(std::move(checked).error());
  return header;
}

} // namespace

result<batch_header> validate_batch(std::span<const std::byte> bytes,
                                    const log_config& config, timestamp_ms now,
                                    std::vector<record_failure>* failures) {
  return validate(bytes, config, now, failures, check_whole);
}

result<batch_header>
validate_staged_batch(std::span<const std::byte> bytes,
                      const log_config& config, timestamp_ms now,
                      std::vector<record_failure>* failures) {
  return validate(bytes, config, now, failures, check_staged);
}

} // namespace troupe::storage
