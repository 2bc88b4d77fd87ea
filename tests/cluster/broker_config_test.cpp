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

void check_same(const cluster_config& a, const cluster_config& b) {
  CHECK(a.listen == b.listen);
  CHECK(a.advertised == b.advertised);
  CHECK(a.bootstrap_servers == b.bootstrap_servers);
  CHECK(a.insecure == b.insecure);
  CHECK(a.ssl_certificate == b.ssl_certificate);
  CHECK(a.ssl_key == b.ssl_key);
  CHECK(a.ssl_ca == b.ssl_ca);
  CHECK(a.heartbeat_interval_ms == b.heartbeat_interval_ms);
  CHECK(a.session_timeout_ms == b.session_timeout_ms);
  CHECK(a.controlled_shutdown == b.controlled_shutdown);
  CHECK(a.quorum_fetch_timeout_ms == b.quorum_fetch_timeout_ms);
  CHECK(a.quorum_election_timeout_ms == b.quorum_election_timeout_ms);
  CHECK(a.voters_max == b.voters_max);
  CHECK(a.auto_leader_rebalance == b.auto_leader_rebalance);
  CHECK(a.leader_imbalance_check_interval_ms
        == b.leader_imbalance_check_interval_ms);
  CHECK(a.spread_partitions == b.spread_partitions);
  CHECK(a.moving_partitions_max == b.moving_partitions_max);
}

void check_same(const replication_config& a, const replication_config& b) {
  CHECK(a.lag_time_ms_max == b.lag_time_ms_max);
  CHECK(a.fetch_bytes_max == b.fetch_bytes_max);
  CHECK(a.fetch_backoff_ms == b.fetch_backoff_ms);
  CHECK(a.rack_aware_reads == b.rack_aware_reads);
  CHECK(a.moving_bytes_per_second == b.moving_bytes_per_second);
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
  CHECK(a.queued_max_request_bytes == b.queued_max_request_bytes);
  CHECK(a.retention_check_interval_ms == b.retention_check_interval_ms);
  CHECK(a.producer_id_block_size == b.producer_id_block_size);
  CHECK(a.partitions_max == b.partitions_max);
  CHECK(a.lanes == b.lanes);
  CHECK(a.log_level == b.log_level);
  check_same(a.cluster, b.cluster);
  check_same(a.replication, b.replication);
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
                 {"queued.max.request.bytes", "6000"},
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
  expected.queued_max_request_bytes = 6000;
  expected.retention_check_interval_ms = 60;
  expected.partitions_max = 70;
  expected.lanes = 8;
  expected.log_level = "debug";
  check_same_settings(x, expected);
  CHECK(x.values.size() == 17);
}

TEST_CASE("broker config: the keys of a cluster arrive in their members") {
  auto x = made({{"troupe.cluster.listen", "127.0.0.1:7001"},
                 {"troupe.cluster.advertised", "node:7001"},
                 {"controller.quorum.bootstrap.servers", "a:1, b:2"},
                 {"troupe.cluster.insecure", "true"},
                 {"troupe.cluster.ssl.certificate", "/c"},
                 {"troupe.cluster.ssl.key", "/k"},
                 {"troupe.cluster.ssl.ca", "/a"},
                 {"broker.heartbeat.interval.ms", "10"},
                 {"broker.session.timeout.ms", "20"},
                 {"controlled.shutdown.enable", "false"},
                 {"controller.quorum.fetch.timeout.ms", "30"},
                 {"controller.quorum.election.timeout.ms", "40"},
                 {"troupe.quorum.voters.max", "5"},
                 {"auto.leader.rebalance.enable", "false"},
                 {"leader.imbalance.check.interval.seconds", "6"},
                 {"troupe.spread.enable", "false"},
                 {"troupe.moving.partitions.max", "7"}})
               .cluster;
  CHECK(x.listen == "127.0.0.1:7001");
  CHECK(x.advertised == "node:7001");
  CHECK(x.bootstrap_servers == std::vector<std::string>{"a:1", "b:2"});
  CHECK(x.insecure);
  CHECK(x.ssl_certificate == "/c");
  CHECK(x.ssl_key == "/k");
  CHECK(x.ssl_ca == "/a");
  CHECK(x.heartbeat_interval_ms == 10);
  CHECK(x.session_timeout_ms == 20);
  CHECK_FALSE(x.controlled_shutdown);
  CHECK(x.quorum_fetch_timeout_ms == 30);
  CHECK(x.quorum_election_timeout_ms == 40);
  CHECK(x.voters_max == 5);
  CHECK_FALSE(x.auto_leader_rebalance);
  CHECK(x.leader_imbalance_check_interval_ms == 6000);
  CHECK_FALSE(x.spread_partitions);
  CHECK(x.moving_partitions_max == 7);
}

TEST_CASE("broker config: the keys of replication arrive in their members") {
  auto x = made({{"replica.lag.time.max.ms", "1"},
                 {"replica.fetch.max.bytes", "2"},
                 {"replica.fetch.backoff.ms", "4"},
                 {"troupe.moving.bytes.per.second", "5"},
                 {"replica.selector.class",
                  "org.apache.kafka.common.replica.RackAwareReplicaSelector"}})
               .replication;
  CHECK(x.lag_time_ms_max == 1);
  CHECK(x.fetch_bytes_max == 2);
  CHECK(x.fetch_backoff_ms == 4);
  CHECK(x.moving_bytes_per_second == 5);
  CHECK(x.rack_aware_reads);
  CHECK(has(fault({{"replica.selector.class", "mine"}}), "LeaderSelector"));
}

TEST_CASE("broker config: one lost heartbeat must not end a session") {
  CHECK(has(fault({{"broker.session.timeout.ms", "399"}}),
            "broker.heartbeat.interval.ms"));
  CHECK(made({{"broker.session.timeout.ms", "400"}}).cluster.session_timeout_ms
        == 400);
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
