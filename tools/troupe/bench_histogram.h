// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace troupe::bench {

/// Counts values in buckets that are at most 1/128 of the value wide, so that
/// every percentile is true to 0.8 % whatever the range. Not thread safe: one
/// per connection, merged at the end.
class histogram {
public:
  void record(uint64_t value) {
    ++buckets_[index_of(value)];
    ++count_;
    sum_ += static_cast<double>(value);
    max_ = std::max(max_, value);
    min_ = std::min(min_, value);
  }

  void merge(const histogram& other) {
    for (size_t i = 0; i < buckets_.size(); ++i)
      buckets_[i] += other.buckets_[i];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
    min_ = std::min(min_, other.min_);
  }

  uint64_t count() const noexcept { return count_; }
  uint64_t max() const noexcept { return max_; }
  uint64_t min() const noexcept { return count_ == 0 ? 0 : min_; }
  double mean() const noexcept {
    return count_ == 0 ? 0 : sum_ / static_cast<double>(count_);
  }

  /// The value that `percent` of all values do not exceed, rounded up to the
  /// end of its bucket; 0 without values.
  uint64_t percentile(double percent) const {
    if (count_ == 0)
      return 0;
    auto share = std::clamp(percent, 0.0, 100.0) / 100.0;
    // 99.9 % of 10,000 is 9,990, not the little more that doubles make of it.
    constexpr double rounding = 1 - 1e-12;
    auto rank = static_cast<uint64_t>(
        std::ceil(share * static_cast<double>(count_) * rounding));
    rank = std::max<uint64_t>(rank, 1);
    uint64_t seen = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen >= rank)
        return std::min(last_value_of(i), max_);
    }
    return max_;
  }

private:
  // Values below 256 have a bucket each; above, the top eight bits of a value
  // and their position name the bucket.
  static constexpr unsigned top_bits = 8;
  static constexpr uint64_t half = uint64_t{1} << (top_bits - 1);
  static constexpr size_t bucket_count = (64 - top_bits + 2) * half;

  static size_t index_of(uint64_t value) noexcept {
    auto width = static_cast<unsigned>(std::bit_width(value));
    auto shift = width > top_bits ? width - top_bits : 0;
    return shift * half + (value >> shift);
  }

  static uint64_t last_value_of(size_t index) noexcept {
    if (index < 2 * half)
      return index;
    auto shift = index / half - 1;
    auto top = index - shift * half;
    return ((top + 1) << shift) - 1;
  }

  std::vector<uint64_t> buckets_ = std::vector<uint64_t>(bucket_count);
  uint64_t count_ = 0;
  double sum_ = 0;
  uint64_t max_ = 0;
  uint64_t min_ = ~uint64_t{0};
};

} // namespace troupe::bench
