// SPDX-License-Identifier: Apache-2.0
#include <properties_reader.h>
#include <troupe/cluster/broker_config.h>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using storage::errc;

namespace {

/// The logical lines of `text` as key and value.
std::vector<std::pair<std::string, std::string>> split(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> properties;
  properties_reader reader{text};
  while (auto line = reader.next()) {
    auto property = split_property(line->text);
    REQUIRE(property);
    properties.push_back(*property);
  }
  return properties;
}

std::pair<std::string, std::string> one(std::string_view text) {
  auto properties = split(text);
  REQUIRE(properties.size() == 1);
  return properties[0];
}

using property = std::pair<std::string, std::string>;

std::string fault(const result<config_map>& x) {
  REQUIRE_FALSE(x);
  CHECK(x.error().code == errc::invalid_argument);
  return x.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("properties: blank lines and comments are passed over") {
  CHECK(split("").empty());
  CHECK(split("\n\r\n  \t\n# a=b\n ! c=d\n").empty());
  CHECK(one("# x\n a=b") == property{"a", "b"});
}

TEST_CASE("properties: keys end at an equals sign, a colon or a blank") {
  for (auto text : {"a=b", "a:b", "a b", "a\tb", "a = b", "a : b", "  a   b",
                    "a=b\r\n", "a=b\r"})
    CHECK(one(text) == property{"a", "b"});
  CHECK(one("a") == property{"a", ""});
  CHECK(one("a=") == property{"a", ""});
  CHECK(one("a==b") == property{"a", "=b"});
  CHECK(one("a b=c") == property{"a", "b=c"});
  CHECK(one("=b") == property{"", "b"});
  CHECK(one("a=b # no comment") == property{"a", "b # no comment"});
}

TEST_CASE("properties: a backslash at the end joins lines") {
  CHECK(one("a=b\\\n  c") == property{"a", "bc"});
  CHECK(one("a=b\\\r\n\tc\\\r\n d") == property{"a", "bcd"});
  CHECK(one("a=b,\\\n# no comment") == property{"a", "b,# no comment"});
  CHECK(one("a=b\\") == property{"a", "b"});
  CHECK(split("a=b\\\\\nc=d").size() == 2);
  CHECK(one("a=b\\\\\\\nc") == property{"a", "b\\c"});
  CHECK(one("a=b\\\n\\") == property{"a", "b"});
}

TEST_CASE("properties: escapes stand for characters") {
  CHECK(one("a\\ b\\=\\:=c") == property{"a b=:", "c"});
  CHECK(one("a=\\t\\n\\r\\f\\\\\\x") == property{"a", "\t\n\r\f\\x"});
  CHECK(one("a=\\u0041\\u00e4\\u20ac") == property{"a", "A\u00e4\u20ac"});
  CHECK(one("a=\\ud83d\\ude00") == property{"a", "\U0001F600"});
}

TEST_CASE("properties: bad unicode escapes are errors with their line") {
  for (auto escape : {"\\u", "\\u12", "\\u12g4", "\\ud83d", "\\ud83dx",
                      "\\ud83d\\u0041", "\\ude00", "\\u-001"}) {
    auto text = "\n\nbroker.rack=" + std::string{escape};
    CHECK(has(fault(parse_properties(text, "file")), "file:3: "));
  }
}

TEST_CASE("properties: a Kafka file is read") {
  auto values = parse_properties("# Kafka\n"
                                 "process.roles=broker,controller\n"
                                 "node.id=1\n"
                                 "listeners=PLAINTEXT://:9092,\\\n"
                                 "  CONTROLLER://:9093\n"
                                 "log.dirs = /tmp/logs  \n"
                                 "num.partitions: 3\n"
                                 "num.partitions: 4\n",
                                 "server.properties");
  REQUIRE(values);
  CHECK(values->at("node.id") == "1");
  CHECK(values->at("listeners") == "PLAINTEXT://:9092,CONTROLLER://:9093");
  CHECK(values->at("log.dirs") == "/tmp/logs");
  CHECK(values->at("num.partitions") == "4");
}

TEST_CASE("properties: unknown keys and bad values name file, line and key") {
  auto text =
      fault(parse_properties("node.id=1\\\n2\n\nnum.partitons=3", "my.file"));
  CHECK(has(text, "my.file:4: "));
  CHECK(has(text, "'num.partitons'"));
  CHECK(has(text, "did you mean 'num.partitions'"));
  text = fault(parse_properties("\nnode.id=one", "f"));
  CHECK(has(text, "f:2: "));
  CHECK(has(text, "node.id"));
  CHECK(has(text, "'one'"));
  CHECK(has(fault(parse_properties("=x", "f")), "''"));
}

TEST_CASE("environment: variables with our prefix become keys") {
  const char* environment[] = {
      "HOME=/root",           "TROUPE_LOG_RETENTION_MS= 5 ",
      "TROUPE_LANES=2",       "TROUPE_TROUPE_DURABILITY=fsync",
      "TROUPE_BROKER_RACK",   "MY_TROUPE_X=1",
      "TROUPE_LOG_DIRS=/a=b", nullptr};
  auto values = parse_environment(environment);
  REQUIRE_MESSAGE(values, values.error().message);
  CHECK(*values
        == config_map{{"log.retention.ms", "5"},
                      {"troupe.lanes", "2"},
                      {"troupe.durability", "fsync"},
                      {"broker.rack", ""},
                      {"log.dirs", "/a=b"}});
  CHECK(parse_environment(nullptr)->empty());
}

TEST_CASE("environment: unknown keys and bad values name the variable") {
  const char* unknown[] = {"TROUPE_LOG_RETENTION_M=5", nullptr};
  auto text = fault(parse_environment(unknown));
  CHECK(has(text, "'TROUPE_LOG_RETENTION_M'"));
  CHECK(has(text, "did you mean 'log.retention.ms'"));
  const char* bad[] = {"TROUPE_LANES=many", nullptr};
  CHECK(has(fault(parse_environment(bad)), "'TROUPE_LANES'"));
  const char* empty[] = {"TROUPE_=1", nullptr};
  CHECK_FALSE(parse_environment(empty));
}

TEST_CASE("assignment: key and value around the first equals sign") {
  auto x = parse_assignment(" log.dirs = /a=b ");
  REQUIRE(x);
  CHECK(x->first == "log.dirs");
  CHECK(x->second == "/a=b");
  CHECK(parse_assignment("broker.rack=")->second == "");
  for (auto text : {"", "node.id", "=1", "node.id=x", "no.such.key=1"})
    CHECK_FALSE(parse_assignment(text));
}
