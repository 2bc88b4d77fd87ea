// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_driver.h"
#include "bench_options.h"
#include "bench_produce.h"

#include <troupe/storage/result.h>
#include <troupe/storage/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::bench {

/// The last version with fixed-width lengths, served since Kafka 2.3.
inline constexpr int16_t commit_version = 7;

/// An offset commit for all partitions of a topic, encoded once; the group and
/// the offsets are written over. It names no member: that is how consumers
/// commit that assign themselves, and it lets any number of connections commit
/// for one group, which a member's single connection could not.
class commit_frame {
public:
  /// All group ids that will be used are as long as `group`.
  commit_frame(std::string_view group, std::string_view topic,
               int32_t partitions);

  void correlation_id(int32_t x);
  void group(std::string_view x);
  /// The same for every partition.
  void offset(storage::offset_t x);
  std::span<const std::byte> bytes() const { return bytes_; }

private:
  std::vector<std::byte> bytes_;
  size_t group_position_ = 0;
  /// Of the first partition's offset, and from one to the next.
  size_t offset_position_ = 0;
  size_t offset_stride_ = 0;
};

/// The answer to a commit.
struct commit_answer {
  int32_t partitions = 0;
  /// Of the first partition that has one; 0: none has.
  int16_t error_code = 0;
};

/// `frame` has no size prefix.
result<commit_answer> parse_commit_answer(std::span<const std::byte> frame);

/// Commits for its groups in turn.
class commit_source : public request_source {
public:
  commit_source(const bench_options& options, int32_t partitions,
                std::vector<std::string> groups, const quota& limit);

  std::optional<request>
  next(int32_t correlation_id, nanoseconds intended) override;
  /// A committed offset counts as a record.
  result<amount>
  on_answer(std::span<const std::byte> frame, nanoseconds now) override;

private:
  std::vector<std::string> groups_;
  commit_frame frame_;
  amount per_request_;
  quota limit_;
  size_t turn_ = 0;
  storage::offset_t offset_ = 0;
  amount sent_;
};

} // namespace troupe::bench
