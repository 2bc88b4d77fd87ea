// SPDX-License-Identifier: Apache-2.0
#include "plan_fixture.h"
#include "plan_report.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <sstream>
#include <string>

using namespace troupe;

namespace {

std::string table(const plan::question& x) {
  return plan::to_table(x, answered(x));
}

/// What follows `name` in its line, with single spaces.
std::string row(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + "  "))
      continue;
    std::istringstream words(line.substr(name.size()));
    std::string out;
    for (std::string word; words >> word;)
      out += (out.empty() ? "" : " ") + word;
    return out;
  }
  return {};
}

} // namespace

TEST_CASE("plan: the table shows the cluster beside each broker") {
  auto text = table(twenty_brokers());
  CHECK(row(text, "writes/s") == "10,000,000 500,000");
  CHECK(row(text, "reads/s") == "30,000,000 1,500,000");
  CHECK(row(text, "writes a day") == "864,000,000,000 43,200,000,000");
  CHECK(row(text, "bytes a day") == "884.74 TB 44.24 TB");
  CHECK(row(text, "network in") == "30.72 GB/s 1.54 GB/s");
  CHECK(row(text, "  from producers") == "10.24 GB/s 512.00 MB/s");
  CHECK(row(text, "  holds the newest") == "276 s 276 s");
}

TEST_CASE("plan: small figures have no separators and no fractions") {
  plan::question x;
  x.brokers = 1;
  x.messages_per_second = 1;
  x.record_bytes = 999;
  auto text = table(x);
  CHECK(row(text, "writes/s") == "1 1");
  CHECK(row(text, "  from producers") == "999 B/s 999 B/s");
  x.record_bytes = 1000;
  CHECK(row(table(x), "  from producers") == "1.00 kB/s 1.00 kB/s");
  x.messages_per_second = 999;
  CHECK(row(table(x), "writes/s") == "999 999");
  x.messages_per_second = 1000;
  CHECK(row(table(x), "writes/s") == "1,000 1,000");
}

TEST_CASE("plan: no figure of bytes is printed as a thousand of its unit") {
  plan::question x;
  x.brokers = 1;
  x.messages_per_second = 1;
  x.record_bytes = 999'999;
  CHECK(row(table(x), "  from producers") == "1.00 MB/s 1.00 MB/s");
  x.record_bytes = 999'994;
  CHECK(row(table(x), "  from producers") == "999.99 kB/s 999.99 kB/s");
}

TEST_CASE("plan: JSON has what was asked and every figure exactly") {
  auto asked = twenty_brokers();
  auto answer = answered(asked);
  auto x = nlohmann::json::parse(plan::to_json(asked, answer));
  for (const auto& figure : plan::figures) {
    CAPTURE(figure.name);
    CHECK(x["cluster"][figure.name] == answer.cluster.*figure.value);
    CHECK(x["broker"][figure.name] == answer.broker.*figure.value);
  }
  CHECK(x["cluster"].size() == std::size(plan::figures));
  CHECK(x["cluster"]["writes_per_day"] == 864'000'000'000);
  CHECK(x["page_cache_s"] == answer.page_cache_s);
  CHECK(x["asked"]["brokers"] == 20);
  CHECK(x["asked"]["replication_factor"] == 3);
  CHECK_FALSE(x["asked"].contains("reads_per_second"));
  asked.reads_per_second = 5;
  x = nlohmann::json::parse(plan::to_json(asked, answered(asked)));
  CHECK(x["asked"]["reads_per_second"] == 5);
}
