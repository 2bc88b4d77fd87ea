// SPDX-License-Identifier: Apache-2.0
#include "plan_measured.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <string>

namespace troupe::plan {

namespace {

/// More than any machine does: what is above is no report.
constexpr double figure_max = 1e18;

tl::unexpected<storage::error> complain(const std::string& why) {
  return failure(storage::errc::invalid_argument, "--bench: " + why);
}

/// A number of the report above 0.
result<double> positive(const nlohmann::json& report, const char* name) {
  auto found = report.find(name);
  if (found == report.end() || !found->is_number())
    return complain(fmt::format("the report has no number \"{}\"", name));
  auto x = found->get<double>();
  if (!(x > 0 && x <= figure_max))
    return complain(fmt::format("\"{}\" is {}", name, found->dump()));
  return x;
}

result<int64_t> rate_of(const nlohmann::json& report, int64_t brokers) {
  auto rate = positive(report, "records_per_s");
  if (!rate)
    return failure(rate.error());
  auto each = std::floor(*rate / static_cast<double>(brokers));
  if (each < 1)
    return complain(fmt::format(
        "\"records_per_s\" is less than one for each of {} brokers", brokers));
  return static_cast<int64_t>(each);
}

result<int64_t> record_bytes_of(const nlohmann::json& report) {
  auto bytes = positive(report, "bytes");
  if (!bytes)
    return failure(bytes.error());
  auto records = positive(report, "records");
  if (!records)
    return failure(records.error());
  auto each = std::ceil(*bytes / *records);
  if (each > figure_max)
    return complain("\"bytes\" are too many for its \"records\"");
  return static_cast<int64_t>(each);
}

} // namespace

result<void>
add_report(measured& into, std::string_view text, int64_t brokers) {
  constexpr bool exceptions = false;
  auto report = nlohmann::json::parse(text, nullptr, exceptions);
  if (!report.is_object())
    return complain("this is no report of `troupe bench --json`");
  auto mode = report.find("mode");
  auto produce = mode != report.end() && *mode == "produce";
  auto fetch = mode != report.end() && *mode == "fetch";
  if (!produce && !fetch)
    return complain("\"mode\" is neither \"produce\" nor \"fetch\"");
  auto& taken = produce ? into.writes_per_second : into.reads_per_second;
  if (taken)
    return complain("a second report of the same mode");
  auto rate = rate_of(report, brokers);
  if (!rate)
    return failure(rate.error());
  auto record_bytes = record_bytes_of(report);
  if (!record_bytes)
    return failure(record_bytes.error());
  taken = *rate;
  if (produce || !into.record_bytes)
    into.record_bytes = *record_bytes;
  return {};
}

} // namespace troupe::plan
