// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/broker_config.h>

#include <doctest/doctest.h>

#include <string>

using namespace troupe;
using namespace troupe::cluster;
using storage::errc;

namespace {

broker_config made(config_map values) {
  auto x = make_broker_config(std::move(values));
  REQUIRE_MESSAGE(x, x.error().message);
  return *x;
}

std::string fault(config_map values) {
  auto x = make_broker_config(std::move(values));
  REQUIRE_FALSE(x);
  CHECK(x.error().code == errc::invalid_argument);
  return x.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void check_same_settings(const broker_config& a, const broker_config& b) {
  CHECK(a.id == b.id);
  CHECK(a.num_partitions == b.num_partitions);
  CHECK(a.default_replication_factor == b.default_replication_factor);
  CHECK(a.auto_create_topics == b.auto_create_topics);
  CHECK(a.delete_topics == b.delete_topics);
  CHECK(a.durability_level == b.durability_level);
  CHECK(a.flush_interval_ms == b.flush_interval_ms);
  CHECK(a.socket_request_max_bytes == b.socket_request_max_bytes);
  CHECK(a.fetch_max_bytes == b.fetch_max_bytes);
  CHECK(a.connections_max_idle_ms == b.connections_max_idle_ms);
  CHECK(a.max_connections == b.max_connections);
  CHECK(a.queued_max_requests_per_connection
        == b.queued_max_requests_per_connection);
  CHECK(a.retention_check_interval_ms == b.retention_check_interval_ms);
  CHECK(a.producer_id_block_size == b.producer_id_block_size);
  CHECK(a.partitions_max == b.partitions_max);
  CHECK(a.lanes == b.lanes);
  CHECK(a.log_level == b.log_level);
}

} // namespace

TEST_CASE("broker config: no setting gives the defaults of the struct") {
  check_same_settings(made({}), broker_config{});
}

TEST_CASE("broker config: every key arrives in its member") {
  auto x = made({{"node.id", "7"},
                 {"num.partitions", "6"},
                 {"default.replication.factor", "3"},
                 {"auto.create.topics.enable", "false"},
                 {"delete.topic.enable", "FALSE"},
                 {"troupe.durability", " interval "},
                 {"troupe.flush.interval.ms", "20"},
                 {"socket.request.max.bytes", "1000"},
                 {"fetch.max.bytes", "2000"},
                 {"connections.max.idle.ms", "3000"},
                 {"max.connections", "40"},
                 {"troupe.queued.max.requests.per.connection", "5"},
                 {"log.retention.check.interval.ms", "60"},
                 {"troupe.partitions.max", "70"},
                 {"troupe.lanes", "8"},
                 {"troupe.log.level", "debug"}});
  broker_config expected;
  expected.id = 7;
  expected.num_partitions = 6;
  expected.default_replication_factor = 3;
  expected.auto_create_topics = false;
  expected.delete_topics = false;
  expected.durability_level = durability::interval;
  expected.flush_interval_ms = 20;
  expected.socket_request_max_bytes = 1000;
  expected.fetch_max_bytes = 2000;
  expected.connections_max_idle_ms = 3000;
  expected.max_connections = 40;
  expected.queued_max_requests_per_connection = 5;
  expected.retention_check_interval_ms = 60;
  expected.partitions_max = 70;
  expected.lanes = 8;
  expected.log_level = "debug";
  check_same_settings(x, expected);
  CHECK(x.values.size() == 16);
}

TEST_CASE("broker config: durability has three words") {
  CHECK(made({{"troupe.durability", "page_cache"}}).durability_level
        == durability::page_cache);
  CHECK(made({{"troupe.durability", "fsync"}}).durability_level
        == durability::fsync);
  CHECK(has(fault({{"troupe.durability", "always"}}), "page_cache, interval"));
}

TEST_CASE("broker config: broker.id is an older name of node.id") {
  CHECK(made({{"broker.id", "4"}}).id == 4);
  CHECK(made({{"broker.id", "4"}, {"node.id", "4"}}).id == 4);
  CHECK(has(fault({{"broker.id", "4"}, {"node.id", "5"}}), "broker.id"));
  CHECK(has(fault({{"node.id", "-1"}}), "node.id"));
}

TEST_CASE("broker config: an error names the key and its value") {
  auto text = fault({{"num.partitions", "none"}});
  CHECK(has(text, "num.partitions"));
  CHECK(has(text, "'none'"));
  text = fault({{"num.partition", "1"}});
  CHECK(has(text, "'num.partition'"));
  CHECK(has(text, "did you mean 'num.partitions'"));
  CHECK(has(fault({{"retention.ms", "1"}}), "did you mean 'log.retention.ms'"));
}

TEST_CASE("broker config: contradictions are refused") {
  CHECK(has(fault({{"log.cleaner.min.compaction.lag.ms", "5"},
                   {"log.cleaner.max.compaction.lag.ms", "4"}}),
            "compaction.lag"));
}

TEST_CASE("broker config: what is printed can be read again") {
  config_map values{{"broker.id", "3"},
                    {"log.dirs", " C:\\data, /tmp/a=b\n# x"},
                    {"broker.rack", " r:1 "},
                    {"troupe.durability", "fsync"}};
  auto text = print_config(made(values));
  auto read = parse_properties(text, "printed");
  REQUIRE_MESSAGE(read, read.error().message);
  auto again = made(*read);
  check_same_settings(again, made(values));
  CHECK(read->at("log.dirs") == "C:\\data, /tmp/a=b\n# x");
  CHECK(read->at("broker.rack") == "r:1");
  CHECK(read->at("node.id") == "3");
  CHECK(parse_properties(print_config(again), "again") == *read);
}

TEST_CASE("broker config: printing shows defaults, help and unset keys") {
  auto text = print_config(broker_config{});
  CHECK(has(text, "\nnum.partitions=1\n"));
  CHECK(has(text, "\n# log.retention.ms=\n"));
  CHECK(has(text, "\nnode.id=0\n"));
  for (const auto& key : broker_config_keys()) {
    CHECK(has(text, std::string{key.name} + "="));
    CHECK(has(text, key.help));
  }
}

TEST_CASE("broker config: directories and rack are read without blanks") {
  auto x = made({{"log.dirs", "/a, /b ,/c"}, {"broker.rack", " north "}});
  CHECK(x.log_dirs == std::vector<std::string>{"/a", "/b", "/c"});
  CHECK(x.rack == "north");
  CHECK(made({{"log.dir", " /d "}}).log_dirs == std::vector<std::string>{"/d"});
  CHECK(made({{"log.dir", "/d"}, {"log.dirs", "/a"}}).log_dirs
        == std::vector<std::string>{"/a"});
  CHECK(made({}).log_dirs.empty());
}

TEST_CASE("broker config: groups change their protocol in one of four ways") {
  CHECK(made({}).groups.consumer.migration_policy
        == group_migration_policy::bidirectional);
  for (auto policy :
       {group_migration_policy::bidirectional, group_migration_policy::upgrade,
        group_migration_policy::downgrade, group_migration_policy::disabled})
    CHECK(made({{"group.consumer.migration.policy",
                 std::string{to_string(policy)}}})
              .groups.consumer.migration_policy
          == policy);
  CHECK(has(fault({{"group.consumer.migration.policy", "sideways"}}),
            "group.consumer.migration.policy"));
}
