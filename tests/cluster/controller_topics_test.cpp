// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/controller_fixture.h>
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

TEST_CASE("topic names: Kafka's rule") {
  for (auto name : {"a", "A-z_0.9", "...", "__consumer_offsets"})
    CHECK(valid_topic_name(name));
  CHECK(valid_topic_name(std::string(249, 'a')));
  for (auto name : {"", ".", "..", "a b", "a/b", "a:b", "\xc3\xa4", "a\n"})
    CHECK_FALSE(valid_topic_name(name));
  CHECK_FALSE(valid_topic_name(std::string(250, 'a')));
  CHECK_FALSE(valid_topic_name(std::string_view{"a\0b", 3}));
}

TEST_CASE("topic names: the broker's own topics are internal") {
  CHECK(internal_topic("__consumer_offsets"));
  CHECK(internal_topic("__transaction_state"));
  CHECK(internal_topic("__cluster_metadata"));
  CHECK_FALSE(internal_topic("__other"));
  CHECK_FALSE(internal_topic(""));
}

TEST_CASE("create topic: the broker's defaults fill in for -1") {
  broker_config config;
  config.num_partitions = 3;
  config.default_replication_factor = 2;
  auto by = fresh(config);
  auto image = nodes(2);
  auto topic = created(by, image, named("t"));
  CHECK(topic.partitions.size() == 3);
  CHECK(topic.partitions[0].replicas.size() == 2);
  CHECK(topic.configs.empty());
}

TEST_CASE("create topic: bad names are refused") {
  auto image = nodes(1);
  for (auto name : {"", ".", "..", "a b", "a/b"})
    CHECK(creating(image, named(name)) == refusal::invalid_topic_name);
  CHECK(creating(image, named(std::string(249, 'a'))) == refusal::none);
  CHECK(creating(image, named(std::string(250, 'a')))
        == refusal::invalid_topic_name);
}

TEST_CASE("create topic: the metadata log's directory is no topic") {
  auto image = nodes(1);
  CHECK(creating(image, named("__cluster_metadata"))
        == refusal::invalid_topic_name);
  CHECK(creating(image, named("__consumer_offsets")) == refusal::none);
}

TEST_CASE("create topic: names that exist or collide are refused") {
  auto image = after(nodes(1), {topic("a.b_c", id(1)), topic("plain", id(2))});
  CHECK(creating(image, named("plain")) == refusal::topic_exists);
  CHECK(creating(image, named("a.b_c")) == refusal::topic_exists);
  for (auto name : {"a_b_c", "a.b.c", "a_b.c"}) {
    auto x = fresh().create_topic(*image, named(name));
    CHECK(why(x) == refusal::invalid_topic_name);
    CHECK(x.verdict.message.find("a.b_c") != std::string::npos);
  }
  for (auto name : {"a-b_c", "a.b_cd", "a.b_", "Plain"})
    CHECK(creating(image, named(name)) == refusal::none);
}

TEST_CASE("create topic: partition counts outside the bounds are refused") {
  broker_config config;
  config.partitions_max = 10;
  auto image = after(nodes(1), {topic("old", id(1), 4)});
  auto x = named("t");
  for (auto count : {0, -2, -2147483647}) {
    x.num_partitions = count;
    CHECK(creating(image, x, config) == refusal::invalid_partitions);
  }
  x.num_partitions = 11;
  CHECK(creating(image, x, config) == refusal::invalid_partitions);
  x.num_partitions = 2147483647;
  CHECK(creating(image, x, config) == refusal::invalid_partitions);
  x.num_partitions = 7;
  CHECK(creating(image, x, config) == refusal::policy_violation);
  x.num_partitions = 6;
  CHECK(creating(image, x, config) == refusal::none);
}

TEST_CASE("create topic: replication factors outside the bounds are refused") {
  auto image = nodes(2);
  auto x = named("t");
  for (auto factor : {0, -2, 3, 32767}) {
    x.replication_factor = static_cast<int16_t>(factor);
    CHECK(creating(image, x) == refusal::invalid_replication_factor);
  }
  x.replication_factor = 2;
  CHECK(creating(image, x) == refusal::none);
  CHECK(creating(nodes(0), named("t")) == refusal::invalid_replication_factor);
}

TEST_CASE("create topic: explicit assignments place the partitions") {
  auto by = fresh();
  auto image = nodes(3);
  auto topic =
      created(by, image, assigned({{1, {20, 0}}, {0, {0, 10}}, {2, {10, 20}}}));
  CHECK(replicas_of(topic)
        == std::vector<std::vector<node_id>>{{0, 10}, {20, 0}, {10, 20}});
}

TEST_CASE("create topic: assignments exclude counts") {
  auto image = nodes(1);
  auto x = assigned({{0, {0}}});
  x.num_partitions = 1;
  CHECK(creating(image, x) == refusal::invalid_request);
  x = assigned({{0, {0}}});
  x.replication_factor = 1;
  CHECK(creating(image, x) == refusal::invalid_request);
}

TEST_CASE("create topic: assignments that cannot be are refused") {
  auto image = nodes(2);
  for (const auto& x :
       {assigned({{1, {0}}}), assigned({{0, {0}}, {0, {0}}}),
        assigned({{0, {0}}, {2, {0}}}), assigned({{-1, {0}}}),
        assigned({{0, {}}}), assigned({{0, {0, 0}}}), assigned({{0, {7}}}),
        assigned({{0, {-1}}}), assigned({{0, {0, 10}}, {1, {0}}})})
    CHECK(creating(image, x) == refusal::invalid_replica_assignment);
  broker_config config;
  config.partitions_max = 1;
  CHECK(creating(image, assigned({{0, {0}}, {1, {0}}}), config)
        == refusal::invalid_partitions);
}

TEST_CASE("create topic: configs are checked and kept") {
  auto image = nodes(1);
  auto by = fresh();
  auto x = named("t");
  x.configs = {{"retention.ms", "5"}, {"cleanup.policy", "compact"}};
  CHECK(created(by, image, x).configs
        == config_map{{"cleanup.policy", "compact"}, {"retention.ms", "5"}});
  x = named("u");
  x.configs = {{"retention.ms", std::nullopt}};
  CHECK(creating(image, x) == refusal::invalid_config);
  x.configs = {{"no.such.key", "1"}};
  CHECK(creating(image, x) == refusal::invalid_config);
  x.configs = {{"retention.ms", "soon"}};
  CHECK(creating(image, x) == refusal::invalid_config);
  x.configs = {{"min.compaction.lag.ms", "2"}, {"max.compaction.lag.ms", "1"}};
  CHECK(creating(image, x) == refusal::invalid_config);
}

TEST_CASE("create topic: ids are random, version 4, and follow the seed") {
  auto image = nodes(1);
  auto by = fresh();
  std::set<uuid> ids;
  for (int i = 0; i < 200; ++i) {
    auto topic = created(by, image, named("t" + std::to_string(i)));
    CHECK((topic.id.bytes[6] & 0xf0) == 0x40);
    CHECK((topic.id.bytes[8] & 0xc0) == 0x80);
    CHECK(to_string(topic.id).front() != '-');
    ids.insert(topic.id);
  }
  CHECK(ids.size() == 200);
  auto other = nodes(1);
  auto same_seed = fresh();
  CHECK(ids.contains(created(same_seed, other, named("t0")).id));
  other = nodes(1);
  controller other_seed{broker_config{}, seed + 1};
  CHECK_FALSE(ids.contains(created(other_seed, other, named("t0")).id));
}

TEST_CASE("create topic: an id in use is not given again") {
  auto image = nodes(1);
  auto by = fresh();
  auto first = created(by, image, named("a"));
  auto same_seed = fresh();
  CHECK(created(same_seed, image, named("b")).id != first.id);
}

TEST_CASE("placement: leaders and replicas spread over the nodes") {
  auto by = fresh();
  auto image = nodes(4);
  auto x = named("t");
  x.num_partitions = 12;
  x.replication_factor = 3;
  auto replicas = replicas_of(created(by, image, x));
  std::map<node_id, int> leads;
  std::map<node_id, int> holds;
  std::set<std::vector<node_id>> shapes;
  for (const auto& list : replicas) {
    CHECK(std::set<node_id>(list.begin(), list.end()).size() == 3);
    ++leads[list.front()];
    for (auto node : list)
      ++holds[node];
    shapes.insert(list);
  }
  for (auto node : {0, 10, 20, 30}) {
    CHECK(leads[node] == 3);
    CHECK(holds[node] == 9);
  }
  CHECK(shapes.size() == 12);
}

TEST_CASE("placement: topics of one partition go round the nodes") {
  auto by = fresh();
  auto image = nodes(3);
  std::map<node_id, int> leads;
  for (int i = 0; i < 9; ++i)
    ++leads[created(by, image, named("t" + std::to_string(i)))
                .partitions[0]
                .leader];
  for (auto node : {0, 10, 20})
    CHECK(leads[node] == 3);
}
