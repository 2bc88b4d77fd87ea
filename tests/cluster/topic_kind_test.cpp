// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/controller_fixture.h>
#include <tests/cluster/images.h>
#include <troupe/cluster/config_table.h>
#include <troupe/cluster/kind_config.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

using op = config_operation;
using role = companion_role;

constexpr topic_kind kinds[] = {topic_kind::log, topic_kind::delayed,
                                topic_kind::priority, topic_kind::queue,
                                topic_kind::custom};

std::string fault(const config_map& overrides) {
  auto ok = check_topic_configs(overrides);
  return ok ? "" : ok.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

config_map choosing(std::string kind) {
  config_map configs{{"troupe.kind", std::move(kind)}};
  if (configs["troupe.kind"] == "custom")
    configs["troupe.custom.kind"] = "turns";
  return configs;
}

new_topic of_kind(std::string name, std::string kind) {
  auto x = named(std::move(name));
  for (auto& [key, value] : choosing(std::move(kind)))
    x.configs.emplace_back(key, value);
  return x;
}

/// Alters a topic that is a queue.
outcome alter(std::vector<config_change> changes, bool replace_all = false) {
  auto image =
      image_of({node(0), topic("t", id(1), 1, {{"troupe.kind", "queue"}})});
  config_alteration x;
  x.topic = "t";
  x.changes = std::move(changes);
  x.replace_all = replace_all;
  return fresh().alter_configs(*image, x);
}

} // namespace

TEST_CASE("topic kind: each is found by its word, anything else is a log") {
  for (auto x : kinds)
    CHECK(kind_of({{"troupe.kind", std::string{to_string(x)}}}) == x);
  CHECK(kind_of({{"troupe.kind", " queue "}}) == topic_kind::queue);
  CHECK(kind_of({}) == topic_kind::log);
  CHECK(kind_of({{"troupe.kind", "stack"}}) == topic_kind::log);
  CHECK(kind_of({{"kind", "queue"}}) == topic_kind::log);
}

TEST_CASE("topic kind: companions have names of their own") {
  CHECK(companion_name("t", role::inbox) == "__troupe.inbox.t");
  CHECK(companion_name("t", role::acknowledgements) == "t.acks");
  CHECK(companion_name("t", role::dead_letters) == "t.dead");
  CHECK(companions_of(topic_kind::log).empty());
  CHECK(companions_of(topic_kind::delayed).size() == 1);
  CHECK(companions_of(topic_kind::priority).size() == 1);
  CHECK(companions_of(topic_kind::queue).size() == 3);
  CHECK(companions_of(topic_kind::custom).size() == 3);
  CHECK(internal_topic(companion_name("t", role::inbox)));
  CHECK_FALSE(internal_topic(companion_name("t", role::dead_letters)));
}

TEST_CASE("topic kind: the longest name leaves room for its companions'") {
  CHECK(name_size_max(topic_kind::log) == 249);
  for (auto x : kinds)
    for (auto companion : companions_of(x)) {
      std::string longest(name_size_max(x), 'x');
      CHECK(valid_topic_name(companion_name(longest, companion)));
    }
  std::string too_long(name_size_max(topic_kind::delayed) + 1, 'x');
  CHECK_FALSE(valid_topic_name(companion_name(too_long, role::inbox)));
}

TEST_CASE("topic kind: settings are checked with the topic's other ones") {
  for (auto x : kinds)
    CHECK(fault(choosing(std::string{to_string(x)})) == "");
  CHECK(has(fault({{"troupe.kind", "custom"}}), "troupe.custom.kind"));
  CHECK(has(fault({{"troupe.kind", "custom"}, {"troupe.custom.kind", " "}}),
            "troupe.custom.kind"));
  CHECK(has(fault({{"troupe.kind", "stack"}}), "log, delayed, priority"));
  CHECK(has(fault({{"troupe.kind", "queue"}, {"cleanup.policy", "compact"}}),
            "troupe.kind is queue"));
  CHECK(has(fault({{"troupe.kind", "delayed"},
                   {"cleanup.policy", "delete, compact"}}),
            "cleanup.policy"));
  CHECK(fault({{"troupe.kind", "log"}, {"cleanup.policy", "compact"}}) == "");
  CHECK(has(fault({{"troupe.queue.backoff.ms", "60001"}}),
            "troupe.queue.backoff.max.ms"));
  CHECK(fault({{"troupe.queue.backoff.ms", "60000"}}) == "");
  CHECK(has(fault({{"troupe.queue.tries.max", "0"}}), "at least 1"));
  CHECK(has(fault({{"troupe.knd", "queue"}}), "did you mean 'troupe.kind'"));
}

TEST_CASE("topic kind: without overrides the structs' defaults are in force") {
  auto x = make_kind_config({});
  CHECK(x.kind == topic_kind::log);
  CHECK(x.delayed.delay_max_ms == delayed_config{}.delay_max_ms);
  CHECK(x.delayed.pending_max == delayed_config{}.pending_max);
  CHECK(x.priority.step == priority_config{}.step);
  CHECK(x.priority.window == priority_config{}.window);
  CHECK(x.priority.group.empty());
  CHECK(x.priority.pending_max == priority_config{}.pending_max);
  CHECK(x.queue.visibility_ms == queue_config{}.visibility_ms);
  CHECK(x.queue.backoff_ms == queue_config{}.backoff_ms);
  CHECK(x.queue.backoff_max_ms == queue_config{}.backoff_max_ms);
  CHECK(x.queue.tries_max == queue_config{}.tries_max);
  CHECK(x.queue.window == queue_config{}.window);
  CHECK(x.queue.pending_max == queue_config{}.pending_max);
  CHECK(x.custom_name.empty());
}

TEST_CASE("topic kind: overrides are in force unless they are damaged") {
  auto x = make_kind_config({{"troupe.kind", "priority"},
                             {"troupe.custom.kind", " turns "},
                             {"troupe.delay.max.ms", "7"},
                             {"troupe.pending.max", "8"},
                             {"troupe.priority.group", " workers "},
                             {"troupe.priority.step", "9"},
                             {"troupe.priority.window", "10"},
                             {"troupe.queue.backoff.max.ms", "11"},
                             {"troupe.queue.backoff.ms", "12"},
                             {"troupe.queue.tries.max", "13"},
                             {"troupe.queue.visibility.ms", "14"},
                             {"troupe.queue.window", "many"}});
  CHECK(x.kind == topic_kind::priority);
  CHECK(x.custom_name == "turns");
  CHECK(x.delayed.delay_max_ms == 7);
  CHECK(x.delayed.pending_max == 8);
  CHECK(x.priority.pending_max == 8);
  CHECK(x.priority.group == "workers");
  CHECK(x.priority.step == 9);
  CHECK(x.priority.window == 10);
  CHECK(x.queue.backoff_max_ms == 11);
  CHECK(x.queue.backoff_ms == 12);
  CHECK(x.queue.tries_max == 13);
  CHECK(x.queue.visibility_ms == 14);
  CHECK(x.queue.window == queue_config{}.window);
}

TEST_CASE("topic kind: a broker's default does not compact other kinds") {
  const metadata_image nothing;
  const config_map broker{{"log.cleanup.policy", "compact"}};
  CHECK(make_log_config({}, nothing, 1, broker).cleanup_compact);
  CHECK_FALSE(make_log_config({{"troupe.kind", "queue"}}, nothing, 1, broker)
                  .cleanup_compact);
}

TEST_CASE("create topic: every kind is made, and nothing else") {
  for (auto x : kinds)
    CHECK(creating(nodes(1), of_kind("t", std::string{to_string(x)}))
          == refusal::none);
  CHECK(creating(nodes(1), of_kind("t", "stack")) == refusal::invalid_config);
  CHECK(creating(nodes(1), of_kind(std::string(235, 'x'), "queue"))
        == refusal::invalid_topic_name);
}

TEST_CASE("create topic: names of the broker's own topics are refused") {
  CHECK(creating(nodes(1), named("__troupe.inbox.t"))
        == refusal::invalid_topic_name);
  CHECK(creating(nodes(1), named("__troupe.")) == refusal::invalid_topic_name);
  CHECK(creating(nodes(1), named("__troupe")) == refusal::none);
}

TEST_CASE("alter configs: a topic keeps the kind it was created with") {
  for (const auto* kind : {"log", "delayed"})
    CHECK(why(alter({{"troupe.kind", op::set, kind}}))
          == refusal::invalid_config);
  CHECK(why(alter({{"troupe.kind", op::remove, std::nullopt}}))
        == refusal::invalid_config);
  CHECK(why(alter({{"retention.ms", op::set, "5"}}, true))
        == refusal::invalid_config);
}

TEST_CASE("alter configs: a tool may send back the kind that it read") {
  CHECK(why(alter({{"troupe.kind", op::set, "queue"}})) == refusal::none);
  auto replaced = alter({{"troupe.kind", op::set, "queue"},
                         {"troupe.queue.window", op::set, "5"}},
                        true);
  REQUIRE(replaced.verdict.ok());
  CHECK(replaced.records.size() == 1);
  CHECK(why(alter({{"troupe.queue.window", op::set, "5"}})) == refusal::none);
  CHECK(why(alter({{"cleanup.policy", op::set, "compact"}}))
        == refusal::invalid_config);
}
