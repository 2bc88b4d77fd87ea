// SPDX-License-Identifier: Apache-2.0
#include "plan_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <utility>

namespace troupe::plan {

namespace {

constexpr int64_t brokers_max = 100'000;
constexpr int64_t rate_max = 1'000'000'000;
constexpr int64_t record_bytes_max = 1'000'000'000;
constexpr int64_t retention_hours_max = 876'000;
constexpr int64_t free_percent_max = 90;
constexpr double hit_rate_percent_min = 1;
constexpr double read_lag_s_min = 0.001;
constexpr double read_lag_s_max = 1e9;
constexpr int64_t usual_replication_factor = 3;
constexpr int64_t hour_s = 3600;
constexpr int64_t day_s = 24 * hour_s;

/// Whole numbers that remember whether one of them became too large.
class exact_numbers {
public:
  /// `options` is who to blame; 0 once something was too large.
  int64_t product(const char* options, std::initializer_list<int64_t> factors) {
    int64_t out = 1;
    for (auto factor : factors)
      if (__builtin_mul_overflow(out, factor, &out))
        return blame(options);
    return out;
  }

  int64_t sum(const char* options, int64_t x, int64_t y) {
    int64_t out = 0;
    return __builtin_add_overflow(x, y, &out) ? blame(options) : out;
  }

  /// The options whose product was too large first, or null.
  const char* too_large() const noexcept { return too_large_; }

private:
  int64_t blame(const char* options) {
    if (too_large_ == nullptr)
      too_large_ = options;
    return 0;
  }

  const char* too_large_ = nullptr;
};

template <class Number>
std::string
out_of_range(const char* option, Number x, Number least, Number most) {
  // Not a number is in no range.
  if (x >= least && x <= most)
    return {};
  return fmt::format("{} must be from {} to {}, not {}", option, least, most,
                     x);
}

/// What is wrong first, or nothing.
std::string complaint(const question& x, int64_t replication_factor) {
  const std::string found[] = {
      out_of_range("--brokers", x.brokers, int64_t{1}, brokers_max),
      out_of_range("--messages-per-second", x.messages_per_second, int64_t{1},
                   rate_max),
      out_of_range("--reads-per-second", x.reads_per_second.value_or(1),
                   int64_t{1}, rate_max),
      out_of_range("--replication-factor", replication_factor, int64_t{1},
                   x.brokers),
      out_of_range("--record-bytes", x.record_bytes, int64_t{1},
                   record_bytes_max),
      out_of_range("--retention-hours", x.retention_hours, int64_t{1},
                   retention_hours_max),
      out_of_range("--free-percent", x.free_percent, int64_t{0},
                   free_percent_max),
      out_of_range("--hit-rate", x.hit_rate_percent, hit_rate_percent_min,
                   100.0),
      out_of_range("--read-lag", x.read_lag_s, read_lag_s_min, read_lag_s_max),
  };
  for (const auto& text : found)
    if (!text.empty())
      return text;
  return {};
}

/// How old records may be and still be in memory. Ages at reading decay
/// exponentially and end with the retention.
double window_s(const question& x, double retention_s) {
  auto all = -std::expm1(-retention_s / x.read_lag_s);
  auto wanted = all * x.hit_rate_percent / 100;
  return std::min(retention_s, -x.read_lag_s * std::log1p(-wanted));
}

/// The newest `window` of what `rate` writes, at most `all`.
int64_t bytes_of(double window, int64_t rate, int64_t all) {
  auto bytes = std::ceil(window * static_cast<double>(rate));
  return bytes < static_cast<double>(all) ? static_cast<int64_t>(bytes) : all;
}

/// `bytes` and the share of the disk beside them, rounded up.
int64_t disk_of(exact_numbers& numbers, int64_t bytes, int64_t free_percent) {
  auto used_percent = 100 - free_percent;
  // bytes * 100 would be too large long before the result is.
  auto empty =
      numbers.product("--free-percent", {bytes / used_percent, free_percent});
  auto rest = bytes % used_percent * free_percent;
  auto rounded_up = (rest + used_percent - 1) / used_percent;
  auto with_empty = numbers.sum("--free-percent", bytes, empty);
  return numbers.sum("--free-percent", with_empty, rounded_up);
}

load broker_load(exact_numbers& numbers, const question& x, int64_t replicas,
                 double window) {
  const auto writes = x.messages_per_second;
  const auto bytes = x.record_bytes;
  const char* written = "--messages-per-second and --record-bytes";
  const char* copied =
      "--messages-per-second, --record-bytes and --replication-factor";
  const char* read = "--reads-per-second and --record-bytes";
  load out;
  out.writes_per_s = writes;
  out.reads_per_s = x.reads_per_second.value_or(numbers.product(
      "--messages-per-second and --replication-factor", {writes, replicas}));
  out.writes_per_day =
      numbers.product("--messages-per-second", {writes, day_s});
  out.bytes_per_day = numbers.product(written, {writes, day_s, bytes});
  out.from_producers_bytes_per_s = numbers.product(written, {writes, bytes});
  out.from_leaders_bytes_per_s =
      numbers.product(copied, {writes, bytes, replicas - 1});
  out.network_in_bytes_per_s = numbers.sum(
      copied, out.from_producers_bytes_per_s, out.from_leaders_bytes_per_s);
  out.to_followers_bytes_per_s = out.from_leaders_bytes_per_s;
  out.to_consumers_bytes_per_s = numbers.product(
      x.reads_per_second ? read : copied, {out.reads_per_s, bytes});
  out.network_out_bytes_per_s =
      numbers.sum(x.reads_per_second ? read : copied,
                  out.to_followers_bytes_per_s, out.to_consumers_bytes_per_s);
  out.stored_bytes = numbers.product(
      "--retention-hours, --messages-per-second, --record-bytes and "
      "--replication-factor",
      {out.network_in_bytes_per_s, x.retention_hours, hour_s});
  out.disk_bytes = disk_of(numbers, out.stored_bytes, x.free_percent);
  out.page_cache_bytes =
      bytes_of(window, out.network_in_bytes_per_s, out.stored_bytes);
  return out;
}

load scaled(exact_numbers& numbers, const load& x, int64_t brokers) {
  load out;
  for (const auto& figure : figures)
    out.*figure.value = numbers.product(
        "--brokers, --messages-per-second, --reads-per-second, --record-bytes, "
        "--replication-factor and --retention-hours",
        {x.*figure.value, brokers});
  return out;
}

} // namespace

result<capacity> work_out(const question& x) {
  capacity out;
  out.replication_factor = x.replication_factor.value_or(
      std::min(usual_replication_factor, x.brokers));
  if (auto text = complaint(x, out.replication_factor); !text.empty())
    return failure(storage::errc::invalid_argument, std::move(text));
  out.page_cache_s = window_s(x, static_cast<double>(x.retention_hours)
                                     * static_cast<double>(hour_s));
  exact_numbers numbers;
  out.broker =
      broker_load(numbers, x, out.replication_factor, out.page_cache_s);
  out.cluster = scaled(numbers, out.broker, x.brokers);
  if (const auto* options = numbers.too_large())
    return failure(storage::errc::invalid_argument,
                   fmt::format("{}: a figure is above 2^63 - 1", options));
  return out;
}

} // namespace troupe::plan
