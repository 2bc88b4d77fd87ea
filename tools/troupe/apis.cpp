// SPDX-License-Identifier: Apache-2.0
#include "apis.h"

#include <troupe/transport/kafka/api_table.h>

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace kafka = troupe::kafka;

namespace {

std::string range(int16_t first, int16_t last) {
  return fmt::format("{}-{}", first, last);
}

/// Columns are padded, so that the table reads well in a terminal too.
void print_table() {
  constexpr auto row = "| {:<27} | {:<3} | {:<10} | {:<8} | {:<13} |\n";
  fmt::print(row, "API", "key", "advertised", "answered", "flexible from");
  fmt::print("|{:-<29}|{:-<5}|{:-<12}|{:-<10}|{:-<15}|\n", "", "", "", "", "");
  for (const auto& x : kafka::api_table())
    if (x.advertised())
      fmt::print(row, x.name, static_cast<int16_t>(x.key),
                 range(x.min_advertised, x.max_version),
                 range(x.min_version, x.max_version),
                 x.flexible(x.max_version) ? fmt::format("{}", x.first_flexible)
                                           : "never");
}

} // namespace

void add_apis_command(CLI::App& app) {
  app.add_subcommand("apis", "Print which versions of Kafka's APIs are spoken")
      ->callback(print_table);
}
