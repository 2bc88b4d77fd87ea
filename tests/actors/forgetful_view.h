// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/log_view.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::actors {

/// A view of one partition in memory that a power cut sets back, as RocksDB
/// without its write-ahead log is: to any state between the last one that was
/// made durable and the newest.
class forgetful_view final : public storage::log_view {
public:
  /// Power cut.
  void crash(uint64_t seed);

  result<std::optional<storage::view_position>>
  position(const storage::topic_partition& tp) override;
  result<void> reset(const storage::topic_partition& tp,
                     const storage::view_position& start) override;
  result<void> apply(const storage::topic_partition& tp,
                     storage::applied_range range,
                     std::span<const storage::view_change> changes) override;
  result<std::optional<std::string>>
  get(const storage::topic_partition& tp, std::string_view key) override;
  result<void> scan(const storage::topic_partition& tp, std::string_view prefix,
                    const storage::view_visitor& visit) override;
  result<void> erase(const storage::topic_partition& tp) override;
  result<void> flush() override;

private:
  /// What changed the view: a reset, or records.
  struct step {
    std::optional<storage::view_position> start;
    storage::applied_range range;
    std::vector<std::pair<std::string, std::optional<std::string>>> changes;
  };

  void replay(const step& x);

  storage::topic_partition name_;
  std::unique_ptr<storage::log_view> live_ = storage::make_memory_log_view();
  std::vector<step> steps_;
  /// So many of them survive for sure.
  size_t durable_ = 0;
};

} // namespace troupe::actors
