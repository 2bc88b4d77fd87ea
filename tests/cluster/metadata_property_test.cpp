// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;

namespace {

/// Draws records that fit the image they are drawn for.
class record_source {
public:
  explicit record_source(uint64_t seed) : random_(seed) {}

  size_t below(size_t bound) { return random_() % bound; }

  metadata_record draw(const metadata_image& image) {
    switch (below(image.topics.empty() ? 5 : 9)) {
    case 0:
      return node_registered{node()};
    case 1:
      return broker_configs_replaced{number(4) - 1, configs()};
    case 2:
      return producer_ids_allocated{image.next_producer_id + 1 + number(2000)};
    case 3:
      return fresh_topic(image);
    case 4:
      return voters_replaced{{{number(4), word(), 9093}, {5, word(), 1}}};
    case 5:
      return topic_deleted{any_topic(image)};
    case 6:
      return partitions_added{any_topic(image), partitions()};
    case 7:
      return change(image);
    default:
      return topic_configs_replaced{any_topic(image), configs()};
    }
  }

private:
  int32_t number(size_t bound) { return static_cast<int32_t>(below(bound)); }

  node_registration node() {
    node_registration x{number(4), word(), 9092, word()};
    x.cluster_host = word();
    x.cluster_port = static_cast<uint16_t>(below(3));
    x.incarnation.bytes.back() = static_cast<uint8_t>(below(2));
    x.fenced = below(3) == 0;
    x.leaving = below(3) == 0;
    return x;
  }

  metadata_record change(const metadata_image& image) {
    const auto& topic = *image.find(any_topic(image));
    auto index = below(topic.partitions.size());
    auto x = topic.partitions[index];
    ++x.partition_epoch;
    x.leader_epoch += number(2);
    x.leader = x.replicas.back();
    x.adding.assign(below(2), x.replicas.front());
    x.removing.assign(below(2), x.replicas.back());
    return partition_changed{topic.id, static_cast<int32_t>(index), x};
  }

  std::string word() {
    std::string x(below(6), ' ');
    for (auto& c : x)
      c = static_cast<char>(random_());
    return x;
  }

  config_map configs() {
    config_map x;
    for (size_t i = below(4); i > 0; --i)
      x[word()] = word();
    return x;
  }

  std::vector<partition_registration> partitions() {
    std::vector<partition_registration> x;
    for (size_t i = 1 + below(3); i > 0; --i) {
      auto first = number(3);
      x.push_back({below(4) == 0 ? no_node : first,
                   number(9),
                   {first, first + 1},
                   {first + 1}});
    }
    return x;
  }

  uuid any_topic(const metadata_image& image) {
    auto i = image.topics.begin();
    std::advance(i, static_cast<long>(below(image.topics.size())));
    return i->second->id;
  }

  metadata_record fresh_topic(const metadata_image& image) {
    topic_image x;
    do
      x.name = "t" + std::to_string(random_());
    while (image.topics.contains(x.name));
    for (auto& byte : x.id.bytes)
      byte = static_cast<uint8_t>(random_());
    x.partitions = partitions();
    x.configs = configs();
    return topic_created{std::move(x)};
  }

  std::mt19937_64 random_;
};

metadata_delta through_bytes(const metadata_delta& delta) {
  metadata_delta read;
  for (const auto& record : delta) {
    auto decoded = decode_metadata_record(encode(record));
    REQUIRE(decoded);
    CHECK(*decoded == record);
    read.push_back(std::move(*decoded));
  }
  return read;
}

} // namespace

TEST_CASE("metadata: random deltas survive bytes, snapshots and regrouping") {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    record_source source{seed};
    auto image = image_of({cluster_created{"c"}});
    metadata_delta all{cluster_created{"c"}};
    for (int step = 0; step < 40; ++step) {
      metadata_delta delta;
      auto next = image;
      for (auto i = source.below(4); i > 0; --i) {
        delta.push_back(source.draw(*next));
        next = after(next, {delta.back()});
      }
      auto together = after(image, through_bytes(delta));
      REQUIRE(same(*together, *next));
      all.insert(all.end(), delta.begin(), delta.end());
      image = together;
    }
    auto rebuilt =
        apply({}, through_bytes(snapshot_of(*image)), image->end_offset);
    REQUIRE(rebuilt);
    CHECK(same(**rebuilt, *image));
    CHECK(snapshot_of(**rebuilt) == snapshot_of(*image));
    CHECK(same(*image_of(all), *image));
  }
}

TEST_CASE("metadata: random bytes decode to a value or to an error") {
  std::mt19937_64 random{7};
  size_t decoded_count = 0;
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::byte> bytes(2 + random() % 60);
    for (auto& byte : bytes)
      byte = static_cast<std::byte>(random() % 4 == 0 ? random() : 0);
    bytes[1] = static_cast<std::byte>(1 + random() % 12);
    bytes[0] = static_cast<std::byte>(1 + random() % 8 / 7);
    auto decoded = decode_metadata_record(bytes);
    if (!decoded)
      continue;
    ++decoded_count;
    CHECK(encode(*decoded) == bytes);
  }
  CHECK(decoded_count > 0);
}
