// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

#include <limits>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::errc;

namespace {

image_ptr two_topics() {
  return image_of({cluster_created{"c"}, node(0), topic("a", id(1), 2),
                   topic("b", id(2), 1, {{"retention.ms", "5"}})});
}

void check_contradiction(const metadata_image& image,
                         const metadata_record& record) {
  auto changed = apply(image, {record}, image.end_offset + 1);
  REQUIRE_FALSE(changed);
  CHECK(changed.error().code == errc::corrupt_log);
  CHECK_FALSE(changed.error().message.empty());
}

} // namespace

TEST_CASE("metadata image: topics are found by name, by id and by partition") {
  auto image = two_topics();
  CHECK(image->end_offset == 4);
  CHECK(image->cluster_id == "c");
  CHECK(image->partition_count() == 3);
  REQUIRE(image->find("a") != nullptr);
  CHECK(image->find("a") == image->find(id(1)));
  CHECK(image->find("c") == nullptr);
  CHECK(image->find(id(3)) == nullptr);
  CHECK(image->find(topic_partition{"a", 1}) != nullptr);
  CHECK(image->find(topic_partition{"a", 2}) == nullptr);
  CHECK(image->find(topic_partition{"a", -1}) == nullptr);
  CHECK(image->find(topic_partition{"x", 0}) == nullptr);
}

TEST_CASE("metadata image: a change shares what stayed the same") {
  auto before = two_topics();
  auto changed = after(before, {topic_configs_replaced{id(2), {}}});
  CHECK(changed->find("a") == before->find("a"));
  CHECK(changed->find("b") != before->find("b"));
  CHECK(changed->find("b") == changed->find(id(2)));
  CHECK(changed->find("b")->configs.empty());
  CHECK(before->find("b")->configs.size() == 1);
  CHECK(before->end_offset == 4);
  CHECK(changed->end_offset == 5);
}

TEST_CASE("metadata image: a deleted topic is gone from both indexes") {
  auto image = after(two_topics(), {topic_deleted{id(1)}});
  CHECK(image->find("a") == nullptr);
  CHECK(image->find(id(1)) == nullptr);
  CHECK(image->find("b") != nullptr);
  auto again = after(image, {topic("a", id(9))});
  CHECK(again->find("a")->id == id(9));
}

TEST_CASE("metadata image: partitions are added behind the others") {
  auto image =
      after(two_topics(), {partitions_added{id(1), {partition({0, 5})}}});
  REQUIRE(image->find("a")->partitions.size() == 3);
  CHECK(image->find("a")->partitions[2] == partition({0, 5}));
}

TEST_CASE("metadata image: an empty set of broker configs is no entry") {
  auto image =
      after(two_topics(), {broker_configs_replaced{no_node, {{"k", "v"}}},
                           broker_configs_replaced{0, {{"k", "w"}}}});
  CHECK(image->broker_configs.size() == 2);
  image = after(image, {broker_configs_replaced{no_node, {}}});
  CHECK(image->broker_configs.size() == 1);
  CHECK(image->broker_configs.at(0).at("k") == "w");
}

TEST_CASE("metadata image: a node that registers again is replaced") {
  auto image = after(two_topics(), {node_registered{{0, "new", 1, "r"}}});
  CHECK(image->nodes.size() == 1);
  CHECK(image->nodes.at(0).host == "new");
}

TEST_CASE("metadata image: a second cluster id or an empty one contradicts") {
  check_contradiction(*two_topics(), cluster_created{"d"});
  check_contradiction({}, cluster_created{""});
}

TEST_CASE("metadata image: topics that cannot be contradict") {
  auto image = two_topics();
  check_contradiction(*image, topic("a", id(3)));
  check_contradiction(*image, topic("new", id(1)));
  check_contradiction(*image, topic("new", uuid{}));
  check_contradiction(*image, topic("", id(3)));
  check_contradiction(*image, topic("..", id(3)));
  check_contradiction(*image, topic("a/b", id(3)));
  check_contradiction(*image, topic("new", id(3), 0));
}

TEST_CASE("metadata image: changes of unknown topics contradict") {
  auto image = two_topics();
  check_contradiction(*image, topic_deleted{id(3)});
  check_contradiction(*image, topic_configs_replaced{id(3), {}});
  check_contradiction(*image, partitions_added{id(3), {partition({0})}});
  check_contradiction(*image, partitions_added{id(1), {}});
}

TEST_CASE("metadata image: impossible replicas contradict") {
  auto image = two_topics();
  auto added = [](node_id leader, leader_epoch_t epoch,
                  std::vector<node_id> replicas, std::vector<node_id> isr) {
    return partitions_added{id(1), {{leader, epoch, replicas, isr}}};
  };
  check_contradiction(*image, added(0, 0, {}, {}));
  check_contradiction(*image, added(0, 0, {0, 0}, {0}));
  check_contradiction(*image, added(0, 0, {-1}, {}));
  check_contradiction(*image, added(1, 0, {0}, {0}));
  check_contradiction(*image, added(0, 0, {0}, {0, 1}));
  check_contradiction(*image, added(0, 0, {0, 1}, {1, 1}));
  check_contradiction(*image, added(0, -1, {0}, {0}));
  CHECK(apply(*image, {added(no_node, 0, {0, 1}, {1})}, 5));
}

TEST_CASE("metadata image: ids and offsets never go back") {
  auto image = after(two_topics(), {producer_ids_allocated{1000}});
  check_contradiction(*image, producer_ids_allocated{1000});
  check_contradiction(*image, producer_ids_allocated{999});
  CHECK(apply(*image, {producer_ids_allocated{1001}}, 6));
  CHECK_FALSE(apply(*image, {}, image->end_offset - 1));
  CHECK(apply(*image, {}, image->end_offset));
}

TEST_CASE("metadata image: impossible node ids contradict") {
  check_contradiction({}, node_registered{{-1, "h", 1, ""}});
  check_contradiction({}, broker_configs_replaced{-2, {}});
}

TEST_CASE("metadata image: a change of a partition replaces its state") {
  auto image = two_topics();
  partition_registration state{2, 4, {0, 2}, {2}, 3, {2}, {0}};
  auto changed = after(image, {partition_changed{id(1), 0, state}});
  CHECK(changed->find(topic_partition{"a", 0})->leader == 2);
  CHECK(changed->find("a")->partitions[0] == state);
  CHECK(changed->find(id(1))->partitions[0] == state);
  auto older = state;
  check_contradiction(*changed, partition_changed{id(1), 0, older});
  older.partition_epoch = 4;
  older.leader_epoch = 3;
  check_contradiction(*changed, partition_changed{id(1), 0, older});
  check_contradiction(*changed, partition_changed{id(1), 9, state});
  check_contradiction(*changed, partition_changed{id(9), 0, state});
  state.partition_epoch = 5;
  state.adding = {7};
  check_contradiction(*changed, partition_changed{id(1), 0, state});
}

TEST_CASE("metadata image: a removed node is gone, a removed stranger is not") {
  auto image = after(two_topics(), {node_registered{{3, "h", 1, ""}}});
  auto changed = after(image, {node_removed{3}});
  CHECK_FALSE(changed->nodes.contains(3));
  check_contradiction(*changed, node_removed{3});
}

TEST_CASE("metadata image: voters are replaced as a whole") {
  auto image = after(two_topics(), {voters_replaced{{{1, "h", 5}}}});
  image = after(image, {voters_replaced{{{1, "h", 5}, {2, "i", 6}}}});
  CHECK(image->voters.size() == 2);
  check_contradiction(*image, voters_replaced{});
  check_contradiction(*image, voters_replaced{{{1, "h", 5}, {1, "i", 6}}});
  check_contradiction(*image, leader_began{-1, 0});
}

TEST_CASE("metadata image: a delta is applied as a whole or not at all") {
  auto image = two_topics();
  CHECK_FALSE(apply(*image, {topic("c", id(3)), topic("c", id(4))}, 6));
  CHECK(image->find("c") == nullptr);
  auto made = apply(
      *image, {topic("c", id(3)), topic_deleted{id(3)}, topic("c", id(4))}, 7);
  REQUIRE(made);
  CHECK((*made)->find("c")->id == id(4));
}

TEST_CASE("metadata image: the snapshot of nothing is empty") {
  CHECK(snapshot_of({}).empty());
}

TEST_CASE("metadata image: partitions are counted through every change") {
  auto image = two_topics();
  image = after(image, {partitions_added{id(1), {partition({0})}}});
  CHECK(image->partition_count() == 4);
  image = after(image, {topic_deleted{id(1)}});
  CHECK(image->partition_count() == 1);
}

TEST_CASE("metadata editor: changes one by one are what they are at once") {
  auto before = two_topics();
  const metadata_delta deltas[] = {{topic("c", id(3), 5)},
                                   {partitions_added{id(3), {partition({0})}}},
                                   {topic_deleted{id(1)}}};
  metadata_editor editor(*before);
  metadata_delta all;
  for (const auto& delta : deltas) {
    REQUIRE(editor.apply(delta));
    all.insert(all.end(), delta.begin(), delta.end());
  }
  CHECK(editor.image().find("c")->partitions.size() == 6);
  CHECK_FALSE(editor.apply({topic_deleted{id(9)}}));
  auto changed = std::move(editor).finish();
  auto expected = apply(*before, all, before->end_offset);
  REQUIRE(expected);
  CHECK(same(*changed, **expected));
}
