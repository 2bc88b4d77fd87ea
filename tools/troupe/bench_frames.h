// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::bench {

/// Versions of the hot path: the last ones with fixed-width lengths, which
/// every broker since 2.3 serves, so that fields keep their places.
inline constexpr int16_t produce_version = 7;
inline constexpr int16_t fetch_version = 11;

/// A produce request for one partition, encoded once; only the correlation id,
/// the partition and the fields of the batch are written over.
class produce_frame {
public:
  produce_frame(std::string_view topic, int16_t acks, int32_t timeout_ms,
                std::span<const std::byte> batch);

  void correlation_id(int32_t x);
  void partition(int32_t x);
  std::span<std::byte> batch();
  std::span<const std::byte> bytes() const { return bytes_; }

private:
  std::vector<std::byte> bytes_;
  size_t partition_position_ = 0;
  size_t batch_position_ = 0;
};

struct fetch_limits {
  int32_t max_wait_ms = 500;
  int32_t min_bytes = 1;
  int32_t partition_max_bytes = 1 << 20;
};

/// A sessionless fetch request for one partition, encoded once.
class fetch_frame {
public:
  fetch_frame(std::string_view topic, const fetch_limits& limits);

  void correlation_id(int32_t x);
  void partition(int32_t x);
  void offset(int64_t x);
  std::span<const std::byte> bytes() const { return bytes_; }

private:
  std::vector<std::byte> bytes_;
  size_t partition_position_ = 0;
};

/// The one partition in the answer to a produce request.
struct produce_answer {
  int32_t correlation_id = 0;
  int16_t error_code = 0;
  int64_t base_offset = -1;
};

/// `frame` has no size prefix.
result<produce_answer> parse_produce_answer(std::span<const std::byte> frame);

/// The one partition in the answer to a fetch request.
struct fetch_answer {
  int32_t correlation_id = 0;
  int16_t error_code = 0;
  int64_t high_watermark = -1;
  int64_t log_start_offset = -1;
  /// Inside the frame.
  std::span<const std::byte> records;
};

result<fetch_answer> parse_fetch_answer(std::span<const std::byte> frame);

} // namespace troupe::bench
