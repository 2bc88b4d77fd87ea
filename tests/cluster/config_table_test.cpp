// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/config_table.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using storage::errc;

namespace {

bool accepts(std::string_view key, std::string_view value) {
  const auto* found = find_topic_config(key);
  if (found == nullptr)
    found = find_broker_config(key);
  REQUIRE(found != nullptr);
  auto ok = check_config(*found, value);
  if (!ok) {
    CHECK(ok.error().code == errc::invalid_argument);
    CHECK(ok.error().message.find(key) != std::string::npos);
  }
  return ok.has_value();
}

std::string fault(const config_map& overrides) {
  auto ok = check_topic_configs(overrides);
  return ok ? "" : ok.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("config table: keys are sorted, unique, and found") {
  for (auto keys : {topic_config_keys(), broker_config_keys()})
    for (size_t i = 1; i < keys.size(); ++i)
      CHECK_MESSAGE(keys[i - 1].name < keys[i].name, keys[i].name);
  for (const auto& key : topic_config_keys())
    CHECK(find_topic_config(key.name) == &key);
  for (const auto& key : broker_config_keys())
    CHECK(find_broker_config(key.name) == &key);
  CHECK(find_topic_config("") == nullptr);
  CHECK(find_topic_config("zzz") == nullptr);
  CHECK(find_broker_config("retention.ms") == nullptr);
}

TEST_CASE("config table: every default obeys its own rule") {
  for (auto keys : {topic_config_keys(), broker_config_keys()})
    for (const auto& key : keys) {
      CHECK_FALSE(key.help.empty());
      CHECK(key.help.find('\n') == std::string_view::npos);
      // Empty means unset for numbers.
      if (!key.default_value.empty())
        CHECK_MESSAGE(check_config(key, key.default_value), key.name);
    }
}

TEST_CASE(
    "config table: a topic key and its synonym agree on type and default") {
  for (const auto& key : topic_config_keys()) {
    if (key.broker_synonym.empty())
      continue;
    const auto* broker = find_broker_config(key.broker_synonym);
    REQUIRE_MESSAGE(broker != nullptr, key.broker_synonym);
    CHECK_MESSAGE(broker->type == key.type, key.name);
    CHECK_MESSAGE(broker->words == key.words, key.name);
    CHECK_MESSAGE(broker->min == key.min, key.name);
    CHECK_MESSAGE(broker->max == key.max, key.name);
    CHECK_MESSAGE(broker->dynamic, key.name);
    if (!broker->default_value.empty())
      CHECK_MESSAGE(broker->default_value == key.default_value, key.name);
  }
}

TEST_CASE("config table: Kafka's defaults") {
  auto is = [](std::string_view key, std::string_view value) {
    return find_topic_config(key)->default_value == value;
  };
  CHECK(is("cleanup.policy", "delete"));
  CHECK(is("retention.ms", "604800000"));
  CHECK(is("retention.bytes", "-1"));
  CHECK(is("segment.bytes", "1073741824"));
  CHECK(is("max.message.bytes", "1048588"));
  CHECK(is("message.timestamp.after.max.ms", "3600000"));
  CHECK(is("flush.ms", "9223372036854775807"));
  CHECK(find_broker_config("offsets.topic.num.partitions")->default_value
        == "50");
  CHECK(find_broker_config("transaction.max.timeout.ms")->default_value
        == "900000");
}

TEST_CASE("config table: numbers are checked at both edges") {
  CHECK(accepts("segment.bytes", "14"));
  CHECK_FALSE(accepts("segment.bytes", "13"));
  CHECK(accepts("segment.bytes", "2147483647"));
  CHECK_FALSE(accepts("segment.bytes", "2147483648"));
  CHECK(accepts("retention.ms", "-1"));
  CHECK_FALSE(accepts("retention.ms", "-2"));
  CHECK(accepts("retention.ms", "9223372036854775807"));
  CHECK_FALSE(accepts("retention.ms", "9223372036854775808"));
  CHECK(accepts("offsets.topic.replication.factor", "32767"));
  CHECK_FALSE(accepts("offsets.topic.replication.factor", "32768"));
}

TEST_CASE("config table: what is not a number is refused") {
  for (auto text : {"", " ", "abc", "1.5", "1 2", "0x10", "1e3", "--1", "+-1",
                    "+", "-", "1,000"})
    CHECK_FALSE(accepts("retention.ms", text));
  for (auto text : {" 5 ", "+5", "005", "\t5"})
    CHECK(accepts("retention.ms", text));
}

TEST_CASE("config table: ratios lie between zero and one") {
  for (auto text : {"0", "1", "0.5", "1e-3", "1.0"})
    CHECK(accepts("min.cleanable.dirty.ratio", text));
  for (auto text : {"", "-0.1", "1.01", "nan", "inf", "half"})
    CHECK_FALSE(accepts("min.cleanable.dirty.ratio", text));
  CHECK(
      accepts("log.cleaner.io.max.bytes.per.second", "1.7976931348623157E308"));
}

TEST_CASE("config table: booleans are words in any case") {
  for (auto text : {"true", "FALSE", " True "})
    CHECK(accepts("preallocate", text));
  for (auto text : {"", "yes", "1", "tru", "truee"})
    CHECK_FALSE(accepts("preallocate", text));
}

TEST_CASE("config table: words come from a list") {
  for (auto text :
       {"producer", "uncompressed", "gzip", "snappy", "lz4", "zstd"})
    CHECK(accepts("compression.type", text));
  for (auto text : {"", "none", "GZIP", "gzi", "gzip|lz4", "|"})
    CHECK_FALSE(accepts("compression.type", text));
  CHECK(accepts("message.timestamp.type", "LogAppendTime"));
  CHECK_FALSE(accepts("message.timestamp.type", "logappendtime"));
}

TEST_CASE("config table: cleanup policies are a list that is not empty") {
  for (auto text :
       {"delete", "compact", "compact,delete", " delete , compact "})
    CHECK(accepts("cleanup.policy", text));
  for (auto text : {"", ",", "delete,", "compact;delete", "delete,remove"})
    CHECK(
        (accepts("cleanup.policy", text) == (std::string{text} == "delete,")));
  CHECK(accepts("leader.replication.throttled.replicas", ""));
  CHECK(accepts("leader.replication.throttled.replicas", "0:1,1:2"));
}

TEST_CASE("config table: values have a largest size") {
  CHECK(accepts("broker.rack", std::string(32767, 'x')));
  CHECK_FALSE(accepts("broker.rack", std::string(32768, 'x')));
}

TEST_CASE("config table: a topic's overrides are checked one by one") {
  CHECK(fault({}) == "");
  CHECK(fault({{"retention.ms", "1000"}, {"cleanup.policy", "compact"}}) == "");
  auto text = fault({{"retention.ms", "soon"}});
  CHECK(has(text, "'soon'"));
  CHECK(has(text, "retention.ms"));
}

TEST_CASE("config table: an unknown key is named, with the nearest one") {
  auto text = fault({{"retention.m", "1"}});
  CHECK(has(text, "'retention.m'"));
  CHECK(has(text, "did you mean 'retention.ms'"));
  CHECK(
      has(fault({{"log.segment.bytes", "1"}}), "did you mean 'segment.bytes'"));
  CHECK_FALSE(has(fault({{"completely.different", "1"}}), "did you mean"));
  CHECK_FALSE(has(fault({{std::string(100000, 'x'), "1"}}), "did you mean"));
}

TEST_CASE("config table: hostile text in a message is made harmless") {
  auto text = fault({{"bad\n\x1b[31mkey", "1"}});
  CHECK(has(text, "'bad??[31mkey'"));
  CHECK(fault({{std::string(100000, 'x'), "1"}}).size() < 300);
}

TEST_CASE("config table: contradictions between overrides are refused") {
  CHECK(has(
      fault({{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "9"}}),
      "min.compaction.lag.ms"));
  CHECK(
      fault({{"min.compaction.lag.ms", "10"}, {"max.compaction.lag.ms", "10"}})
      == "");
  CHECK(fault({{"min.compaction.lag.ms", "9223372036854775807"}}) == "");
  CHECK(has(fault({{"remote.storage.enable", "true"}}), "tiered"));
  CHECK(fault({{"remote.storage.enable", "false"}}) == "");
}

TEST_CASE("config table: keys of a common Kafka properties file are known") {
  const std::array names{"broker.id",
                         "node.id",
                         "process.roles",
                         "controller.quorum.voters",
                         "controller.listener.names",
                         "listeners",
                         "advertised.listeners",
                         "listener.security.protocol.map",
                         "inter.broker.listener.name",
                         "num.network.threads",
                         "num.io.threads",
                         "socket.send.buffer.bytes",
                         "socket.receive.buffer.bytes",
                         "socket.request.max.bytes",
                         "log.dirs",
                         "log.dir",
                         "num.partitions",
                         "num.recovery.threads.per.data.dir",
                         "offsets.topic.replication.factor",
                         "transaction.state.log.min.isr",
                         "transaction.state.log.replication.factor",
                         "log.retention.hours",
                         "log.segment.bytes",
                         "log.retention.check.interval.ms",
                         "log.flush.interval.messages",
                         "log.flush.interval.ms",
                         "group.initial.rebalance.delay.ms",
                         "zookeeper.connect",
                         "auto.create.topics.enable",
                         "delete.topic.enable",
                         "unclean.leader.election.enable",
                         "replica.lag.time.max.ms",
                         "max.incremental.fetch.session.cache.slots",
                         "min.insync.replicas",
                         "producer.id.expiration.ms",
                         "log.cleaner.enable",
                         "max.connections",
                         "connections.max.idle.ms",
                         "offset.metadata.max.bytes"};
  for (const auto* name : names)
    CHECK_MESSAGE(find_broker_config(name) != nullptr, name);
}
