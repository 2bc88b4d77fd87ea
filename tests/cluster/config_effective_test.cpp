// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <troupe/cluster/config_table.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <tuple>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

const metadata_image nothing;

effective_config
pick(const std::vector<effective_config>& configs, std::string_view name) {
  auto i = std::find_if(configs.begin(), configs.end(),
                        [name](const auto& x) { return x.key->name == name; });
  REQUIRE(i != configs.end());
  return *i;
}

effective_config of_topic(std::string_view name, const config_map& overrides,
                          const metadata_image& image,
                          const config_map& static_broker) {
  auto all = effective_topic_configs(overrides, image, 1, static_broker);
  CHECK(all.size() == topic_config_keys().size());
  return pick(all, name);
}

storage::log_config
log_of(const config_map& overrides, const config_map& static_broker) {
  return make_log_config(overrides, nothing, 1, static_broker);
}

} // namespace

TEST_CASE("effective config: the best of topic, broker and default wins") {
  const config_map static_broker{{"log.segment.bytes", "400"}};
  auto image = image_of(
      {node(1), broker_configs_replaced{1, {{"log.segment.bytes", "200"}}},
       broker_configs_replaced{no_node, {{"log.segment.bytes", "300"}}}});
  auto x = of_topic("segment.bytes", {{"segment.bytes", "100"}}, *image,
                    static_broker);
  CHECK(x.value == "100");
  CHECK(x.source == config_source::topic);
  REQUIRE(x.synonyms.size() == 5);
  const std::tuple<const char*, const char*, config_source> expected[] = {
      {"segment.bytes", "100", config_source::topic},
      {"log.segment.bytes", "200", config_source::dynamic_broker},
      {"log.segment.bytes", "300", config_source::dynamic_default_broker},
      {"log.segment.bytes", "400", config_source::static_broker},
      {"log.segment.bytes", "1073741824", config_source::default_value}};
  for (size_t i = 0; i < 5; ++i) {
    CHECK(x.synonyms[i].name == std::get<0>(expected[i]));
    CHECK(x.synonyms[i].value == std::get<1>(expected[i]));
    CHECK(x.synonyms[i].source == std::get<2>(expected[i]));
  }
}

TEST_CASE("effective config: each layer shows when those above are gone") {
  const config_map static_broker{{"log.segment.bytes", "400"}};
  auto image = image_of(
      {node(1), broker_configs_replaced{1, {{"log.segment.bytes", "200"}}},
       broker_configs_replaced{no_node, {{"log.segment.bytes", "300"}}}});
  CHECK(of_topic("segment.bytes", {}, *image, static_broker).value == "200");
  image = after(image, {broker_configs_replaced{1, {}}});
  CHECK(of_topic("segment.bytes", {}, *image, static_broker).value == "300");
  image = after(image, {broker_configs_replaced{no_node, {}}});
  auto x = of_topic("segment.bytes", {}, *image, static_broker);
  CHECK(x.value == "400");
  CHECK(x.source == config_source::static_broker);
  x = of_topic("segment.bytes", {}, *image, {});
  CHECK(x.value == "1073741824");
  CHECK(x.source == config_source::default_value);
  CHECK(x.synonyms.size() == 1);
}

TEST_CASE("effective config: another node's configs do not count") {
  auto image = image_of(
      {node(2), broker_configs_replaced{2, {{"log.segment.bytes", "200"}}}});
  CHECK(of_topic("segment.bytes", {}, *image, {}).source
        == config_source::default_value);
}

TEST_CASE("effective config: milliseconds win over minutes over hours") {
  config_map broker{{"log.retention.hours", "2"}};
  CHECK(of_topic("retention.ms", {}, nothing, broker).value == "7200000");
  broker["log.retention.minutes"] = "3";
  CHECK(of_topic("retention.ms", {}, nothing, broker).value == "180000");
  broker["log.retention.ms"] = "7";
  auto x = of_topic("retention.ms", {}, nothing, broker);
  CHECK(x.value == "7");
  CHECK(x.synonyms.size() == 4);
  CHECK(x.synonyms[2].name == "log.retention.hours");
  CHECK(x.synonyms[2].value == "2");
  CHECK(log_of({}, broker).retention_ms == 7);
  broker = {{"log.roll.hours", "1"}};
  CHECK(log_of({}, broker).segment_ms == 3600000);
  broker["log.roll.ms"] = "5";
  CHECK(log_of({}, broker).segment_ms == 5);
}

TEST_CASE("effective config: minus one hour is for ever") {
  CHECK(log_of({}, {{"log.retention.hours", "-1"}}).retention_ms == -1);
  CHECK(log_of({}, {{"log.retention.minutes", "-1"}}).retention_ms == -1);
  CHECK(log_of({}, {{"log.retention.hours", "2147483647"}}).retention_ms
        == 2147483647 * int64_t{3600000});
}

TEST_CASE("effective config: keys without synonym come from the topic only") {
  auto x = of_topic("remote.storage.enable", {}, nothing, {});
  CHECK(x.value == "false");
  REQUIRE(x.synonyms.size() == 1);
  CHECK(x.synonyms[0].name == "remote.storage.enable");
}

TEST_CASE("effective config: a broker's keys show where values come from") {
  auto image = image_of(
      {node(1), broker_configs_replaced{no_node, {{"log.retention.ms", "5"}}}});
  auto all = effective_broker_configs(*image, 1, {{"num.partitions", "3"}});
  CHECK(all.size() == broker_config_keys().size());
  CHECK(pick(all, "num.partitions").value == "3");
  CHECK(pick(all, "num.partitions").source == config_source::static_broker);
  CHECK(pick(all, "log.retention.ms").value == "5");
  CHECK(pick(all, "log.retention.ms").source
        == config_source::dynamic_default_broker);
  CHECK(pick(all, "log.retention.hours").value == "168");
  CHECK(pick(all, "log.retention.minutes").value == "");
}

TEST_CASE("log config: without any setting it is what the struct says") {
  CHECK(log_of({}, {}) == storage::log_config{});
}

TEST_CASE("log config: every key arrives in its member") {
  storage::log_config expected;
  expected.segment_bytes = 1001;
  expected.segment_ms = 1002;
  expected.segment_index_bytes = 1003;
  expected.index_interval_bytes = 1004;
  expected.retention_ms = 1005;
  expected.retention_bytes = 1006;
  expected.cleanup_delete = false;
  expected.cleanup_compact = true;
  expected.max_message_bytes = 1007;
  expected.log_append_time = true;
  expected.timestamp_before_max_ms = 1008;
  expected.timestamp_after_max_ms = 1009;
  expected.flush_messages = 1010;
  expected.flush_ms = 1011;
  expected.file_delete_delay_ms = 1012;
  expected.producer_id_expiration_ms = 1013;
  const config_map broker{{"producer.id.expiration.ms", "1013"}};
  CHECK(log_of({{"segment.bytes", "1001"},
                {"segment.ms", "1002"},
                {"segment.index.bytes", "1003"},
                {"index.interval.bytes", "1004"},
                {"retention.ms", "1005"},
                {"retention.bytes", " 1006 "},
                {"cleanup.policy", "compact"},
                {"max.message.bytes", "1007"},
                {"message.timestamp.type", "LogAppendTime"},
                {"message.timestamp.before.max.ms", "1008"},
                {"message.timestamp.after.max.ms", "1009"},
                {"flush.messages", "1010"},
                {"flush.ms", "1011"},
                {"file.delete.delay.ms", "1012"}},
               broker)
        == expected);
  auto both = log_of({{"cleanup.policy", "delete, compact"}}, {});
  CHECK(both.cleanup_delete);
  CHECK(both.cleanup_compact);
}

TEST_CASE("log config: a value that cannot be read counts as the default") {
  CHECK(log_of({{"segment.bytes", "many"}}, {}).segment_bytes == 1073741824);
  CHECK(log_of({{"segment.bytes", "1"}}, {}).segment_bytes == 1073741824);
}

TEST_CASE("log config: interval durability bounds the time between syncs") {
  config_map broker{{"troupe.durability", "interval"}};
  CHECK(log_of({}, broker).flush_ms == 1000);
  broker["troupe.flush.interval.ms"] = "250";
  CHECK(log_of({}, broker).flush_ms == 250);
  CHECK(log_of({{"flush.ms", "100"}}, broker).flush_ms == 100);
  CHECK(log_of({{"flush.ms", "900"}}, broker).flush_ms == 250);
  broker["troupe.durability"] = "fsync";
  CHECK(log_of({}, broker).flush_ms == storage::log_config::unlimited);
}

TEST_CASE("log config: the scheduler's interval stands in for flush.ms") {
  config_map broker{{"log.flush.scheduler.interval.ms", "70"}};
  CHECK(log_of({}, broker).flush_ms == 70);
  broker["log.flush.interval.ms"] = "80";
  CHECK(log_of({}, broker).flush_ms == 80);
}
