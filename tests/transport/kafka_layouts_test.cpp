// SPDX-License-Identifier: Apache-2.0
#include "kafka_all_messages.h"
#include "kafka_layouts.h"
#include "kafka_schema_printer.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace troupe::kafka;

namespace {

std::map<std::string, api_layout> load_layouts() {
  auto here = std::filesystem::path{__FILE__}.parent_path();
  std::ifstream in{here / "layouts.txt"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  REQUIRE(!text.empty());
  return parse_layouts(text);
}

/// `DescribeLogDirs` -> `describe_log_dirs`
std::string snake_case(std::string_view camel) {
  std::string out;
  for (auto c : camel) {
    if (c >= 'A' && c <= 'Z') {
      if (!out.empty())
        out += '_';
      c = static_cast<char>(c - 'A' + 'a');
    }
    out += c;
  }
  return out;
}

} // namespace

TEST_CASE("layouts: every version of every message is described as Kafka "
          "defines it") {
  auto layouts = load_layouts();
  size_t compared = 0;
  for_each_api([&]<class Pair>(Pair, const api_info& info) {
    INFO(std::string{info.name});
    auto found = layouts.find(snake_case(info.name));
    REQUIRE(found != layouts.end());
    CHECK(found->second.first_flexible == info.first_flexible);
    for (auto v = info.min_version; v <= info.max_version; ++v) {
      INFO("version ", v);
      CHECK(schema_printer::print<typename Pair::request>(v)
            == flatten(found->second.request, v));
      CHECK(schema_printer::print<typename Pair::response>(v)
            == flatten(found->second.response, v));
      ++compared;
    }
  });
  CHECK(layouts.size() == api_table().size());
  CHECK(compared == 185);
}

TEST_CASE("layouts: the notation is flattened to one version") {
  auto layouts = parse_layouts(
      "# comment\n\nthing flex 2\n"
      "Q a:i32=-1; b:str?2+ 1+; c:[x:i8 3; y:[i64]?]; d:{z:bool=true} 2+ #1\n"
      "A e:str?=null 0-1\n");
  REQUIRE(layouts.size() == 1);
  const auto& thing = layouts.at("thing");
  CHECK(thing.first_flexible == 2);
  CHECK(flatten(thing.request, 0) == "a:i32=-1; c:[y:[i64]?]");
  CHECK(flatten(thing.request, 1) == "a:i32=-1; b:str; c:[y:[i64]?]");
  CHECK(flatten(thing.request, 3)
        == "a:i32=-1; b:str?; c:[x:i8; y:[i64]?]; d:{z:bool=true} #1");
  CHECK(flatten(thing.response, 1) == "e:str?");
  CHECK(flatten(thing.response, 2) == "");
}
