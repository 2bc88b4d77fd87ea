// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/stage_config.h>

#include <troupe/cluster/config_table.h>

#include <doctest/doctest.h>

#include <string>

using namespace troupe::cluster;

namespace {

std::string fault(const config_map& overrides) {
  auto checked = check_topic_configs(overrides);
  return checked ? "" : checked.error().message;
}

} // namespace

TEST_CASE(
    "stage config: without overrides the struct's defaults are in force") {
  auto x = make_stage_config("t", {});
  stage_config defaults;
  defaults.dead_topic = "t.dead";
  CHECK(x == defaults);
}

TEST_CASE("stage config: each setting arrives where it belongs") {
  config_map overrides{{"troupe.stages", " mask, require-key"},
                       {"troupe.stages.on.failure", "open"},
                       {"troupe.stages.timeout.ms", "70"},
                       {"troupe.stages.queue.max", "9"},
                       {"troupe.stages.dead.topic", "graves"}};
  CHECK(fault(overrides) == "");
  auto x = make_stage_config("t", overrides);
  CHECK(x.names == std::vector<std::string>{"mask", "require-key"});
  CHECK(x.on_failure == stage_policy::open);
  CHECK(x.timeout_ms == 70);
  CHECK(x.queue_max == 9);
  CHECK(x.dead_topic == "graves");
}

TEST_CASE("stage config: views have settings of their own") {
  config_map overrides{{"troupe.views", "only-mine"},
                       {"troupe.views.on.failure", "open"},
                       {"troupe.views.timeout.ms", "70"},
                       {"troupe.views.queue.max", "9"},
                       {"troupe.stages.timeout.ms", "5"}};
  CHECK(fault(overrides) == "");
  stage_config expected;
  expected.names = {"only-mine"};
  expected.on_failure = stage_policy::open;
  expected.timeout_ms = 70;
  expected.queue_max = 9;
  CHECK(make_view_config("t", overrides) == expected);
  CHECK(make_view_config("t", {}) == stage_config{});
  CHECK(make_stage_config("t", overrides).names.empty());
}

TEST_CASE("stage config: what cannot be is refused with the reason") {
  auto refused = [](const char* key, const std::string& value,
                    const char* reason) {
    auto text = fault({{key, value}});
    CHECK_MESSAGE(text.find(reason) != std::string::npos, text);
  };
  refused("troupe.stages", "a b", "is no name");
  refused("troupe.stages", std::string(65, 'a'), "is no name");
  std::string many = "x";
  for (size_t i = 0; i < stages_max; ++i)
    many += ",x";
  refused("troupe.stages", many, "more than 16");
  refused("troupe.views", "a b", "troupe.views: 'a b' is no name");
  refused("troupe.views", many, "troupe.views must not name more than 16");
  refused("troupe.views.on.failure", "ajar", "closed, open");
  refused("troupe.stages.on.failure", "ajar", "closed, open");
  refused("troupe.stages.timeout.ms", "0", "at least 1");
  refused("troupe.stages.queue.max", "0", "at least 1");
  refused("troupe.stages.dead.topic", "a/b", "name of a topic");
  refused("troupe.stage", "x", "did you mean 'troupe.stages'");
}
