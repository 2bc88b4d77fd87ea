// SPDX-License-Identifier: Apache-2.0
#include "plan_report.h"

#include "plan_load.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <string>

namespace troupe::plan {

namespace {

using print_function = std::string (*)(int64_t);

/// 1234567 as 1,234,567.
std::string grouped(int64_t x) {
  auto digits = std::to_string(x);
  for (auto at = digits.size(); at > 3; at -= 3)
    digits.insert(at - 3, 1, ',');
  return digits;
}

/// In decimal units: so are disks and networks sold.
std::string bytes_text(int64_t x) {
  constexpr const char* units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  constexpr double step = 1000;
  auto value = static_cast<double>(x);
  size_t unit = 0;
  // What would be printed as 1000.00 belongs to the next unit.
  for (; value >= step - 0.005 && unit + 1 < std::size(units); ++unit)
    value /= step;
  return unit == 0 ? fmt::format("{} B", x)
                   : fmt::format("{:.2f} {}", value, units[unit]);
}

std::string bytes_per_second_text(int64_t x) {
  return bytes_text(x) + "/s";
}

void add_row(std::string& to, const std::string& name,
             const std::string& cluster, const std::string& broker) {
  to += fmt::format("{:<24}{:>24}{:>22}\n", name, cluster, broker);
}

void add_row(std::string& to, const std::string& name, print_function print,
             int64_t load::*figure, const capacity& x) {
  add_row(to, name, print(x.cluster.*figure), print(x.broker.*figure));
}

nlohmann::ordered_json to_json(const load& x) {
  nlohmann::ordered_json out;
  for (const auto& figure : figures)
    out[figure.name] = x.*figure.value;
  return out;
}

nlohmann::ordered_json asked_json(const question& x, int64_t replicas) {
  nlohmann::ordered_json out{
      {"brokers", x.brokers},
      {"messages_per_second", x.messages_per_second},
      {"replication_factor", replicas},
      {"record_bytes", x.record_bytes},
      {"retention_hours", x.retention_hours},
      {"free_percent", x.free_percent},
      {"hit_rate_percent", x.hit_rate_percent},
      {"read_lag_s", x.read_lag_s},
  };
  if (x.reads_per_second)
    out["reads_per_second"] = *x.reads_per_second;
  return out;
}

} // namespace

std::string to_table(const question& asked, const capacity& x) {
  auto out =
      fmt::format("brokers {}, replication factor {}, {} bytes a "
                  "record\n\n",
                  asked.brokers, x.replication_factor, asked.record_bytes);
  const auto rate = bytes_per_second_text;
  add_row(out, "", "cluster", "each broker");
  add_row(out, "writes/s", grouped, &load::writes_per_s, x);
  add_row(out, "reads/s", grouped, &load::reads_per_s, x);
  add_row(out, "writes a day", grouped, &load::writes_per_day, x);
  add_row(out, "bytes a day", bytes_text, &load::bytes_per_day, x);
  add_row(out, fmt::format("stored for {} h", asked.retention_hours),
          bytes_text, &load::stored_bytes, x);
  add_row(out, fmt::format("disks, {} % empty", asked.free_percent), bytes_text,
          &load::disk_bytes, x);
  add_row(out, "network in", rate, &load::network_in_bytes_per_s, x);
  add_row(out, "  from producers", rate, &load::from_producers_bytes_per_s, x);
  add_row(out, "  from leaders", rate, &load::from_leaders_bytes_per_s, x);
  add_row(out, "network out", rate, &load::network_out_bytes_per_s, x);
  add_row(out, "  to followers", rate, &load::to_followers_bytes_per_s, x);
  add_row(out, "  to consumers", rate, &load::to_consumers_bytes_per_s, x);
  add_row(out, fmt::format("page cache for {:g} %", asked.hit_rate_percent),
          bytes_text, &load::page_cache_bytes, x);
  add_row(out, "  holds the newest", fmt::format("{:.0f} s", x.page_cache_s),
          fmt::format("{:.0f} s", x.page_cache_s));
  return out;
}

std::string to_json(const question& asked, const capacity& x) {
  nlohmann::ordered_json out{
      {"asked", asked_json(asked, x.replication_factor)},
      {"cluster", to_json(x.cluster)},
      {"broker", to_json(x.broker)},
      {"page_cache_s", x.page_cache_s},
  };
  return out.dump(2);
}

} // namespace troupe::plan
