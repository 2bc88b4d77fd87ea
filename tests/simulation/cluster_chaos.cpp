// SPDX-License-Identifier: Apache-2.0
#include "cluster_chaos.h"

#include <algorithm>
#include <utility>

namespace troupe::simulation {

namespace {

constexpr int32_t partitions = 2;
constexpr int64_t beginning_ms = 10'000;
constexpr int64_t healing_ms = 15'000;
const std::string topic = "orders";

void ignore(const actors::problem&) {}

} // namespace

cluster_chaos::cluster_chaos(uint64_t seed)
    : random_(seed), count_(3 + below(3)), world_(random_(), count_) {
  world_.durability_level =
      below(2) ? cluster::durability::fsync : cluster::durability::page_cache;
  world_.snapshot_records = 5 + static_cast<int64_t>(below(60));
  // Seeds differ in what happens often: rare things only meet when others are
  // even rarer.
  mishaps_ = {
      {3, [this] { die(); }},
      {4, [this] { come_back(); }},
      {2, [this] { change_weather(); }},
      {2, [this] { change_links(); }},
      {1, [this] { world_.network().stall(any(), below_ms(2000)); }},
      {1, [this] { move_partition(); }},
      {1, [this] { elect_preferred(); }},
      {6, [this] { world_.run(below_ms(300)); }},
      {2, [this] { world_.run(below_ms(1500)); }},
  };
  for (auto& x : mishaps_) {
    x.weight *= below(4);
    weight_of_all_ += x.weight;
  }
  mishaps_.push_back({1, [this] { world_.run(below_ms(500)); }});
  ++weight_of_all_;
}

cluster_chaos::~cluster_chaos() = default;

bool cluster_chaos::begin() {
  for (auto id : world_.ids())
    world_.start(id);
  auto rests = [this] { return world_.unrest().empty(); };
  if (!world_.run_until(rests, beginning_ms) || !create_topic()
      || !world_.run_until(rests, beginning_ms)) {
    world_.violation("the cluster does not come up: " + world_.unrest());
    return false;
  }
  for (int32_t i = 0; i < partitions; ++i) {
    producers_.push_back(std::make_unique<simulated_producer>(
        world_, storage::topic_partition{topic, i}, i + 1));
    producers_.back()->start();
  }
  return true;
}

bool cluster_chaos::create_topic() {
  cluster::new_topic wanted;
  wanted.name = topic;
  wanted.num_partitions = partitions;
  wanted.replication_factor = 3;
  wanted.configs = {{"min.insync.replicas", "2"}};
  auto decide = [wanted](simulated_metadata& there,
                         const cluster::metadata_image& image) {
    return there.by().create_topic(image, wanted);
  };
  world_.ask_controller(world_.controller(), decide, ignore);
  return world_.run_until(
      [this] {
        auto decides = world_.controller();
        return decides != cluster::no_node
               && world_.image_of(decides)->find(topic) != nullptr;
      },
      beginning_ms);
}

node_id cluster_chaos::any_leader() {
  storage::topic_partition name{
      topic, static_cast<int32_t>(below(static_cast<size_t>(partitions)))};
  auto id = below(3) == 0 ? world_.controller() : world_.leader_of(name, any());
  return id == cluster::no_node ? any() : id;
}

void cluster_chaos::die() {
  auto id = below(2) ? any() : any_leader();
  if (!world_.up(id))
    return;
  // Without a sync before the answer, a power cut may take what is
  // acknowledged: that is what was asked for.
  if (world_.durability_level == cluster::durability::fsync && below(2))
    world_.cut_power(id);
  else
    world_.kill(id, below(2) == 0);
  if (below(3) == 0)
    world_.start(id);
}

void cluster_chaos::come_back() {
  auto id = any();
  if (!world_.up(id))
    world_.start(id);
}

void cluster_chaos::change_weather() {
  auto& x = world_.network().now_blows;
  x.lost_permille = below(2) ? below(200) : 0;
  x.doubled_permille = below(2) ? below(200) : 0;
  x.delay_ms_max = below(3) ? below_ms(10) : below_ms(200);
}

void cluster_chaos::change_links() {
  auto& net = world_.network();
  switch (below(5)) {
  case 0:
    net.isolate(any());
    break;
  case 1:
    net.isolate(any_leader());
    break;
  case 2:
    net.cut(any(), any());
    break;
  default:
    net.mend();
  }
}

void cluster_chaos::move_partition() {
  auto asked = any();
  if (!world_.up(asked))
    return;
  auto nodes = world_.ids();
  std::shuffle(nodes.begin(), nodes.end(), random_);
  nodes.resize(3);
  cluster::reassignment wanted{
      {topic, static_cast<int32_t>(below(static_cast<size_t>(partitions)))},
      nodes};
  world_.ask_controller(
      asked,
      [wanted](simulated_metadata& there,
               const cluster::metadata_image& image) {
        return there.by().alter_reassignment(image, wanted);
      },
      ignore);
}

void cluster_chaos::elect_preferred() {
  auto asked = any();
  if (!world_.up(asked))
    return;
  storage::topic_partition name{
      topic, static_cast<int32_t>(below(static_cast<size_t>(partitions)))};
  world_.ask_controller(
      asked,
      [name](simulated_metadata& there, const cluster::metadata_image& image) {
        return there.by().elect_leader(image, name,
                                       cluster::election_type::preferred);
      },
      ignore);
}

void cluster_chaos::step() {
  auto pick = below(weight_of_all_);
  for (auto& x : mishaps_) {
    if (pick < x.weight) {
      x.happen();
      return;
    }
    pick -= x.weight;
  }
}

void cluster_chaos::heal() {
  auto& net = world_.network();
  net.mend();
  net.now_blows = {};
  for (auto id : world_.ids()) {
    net.stall(id, 0);
    if (!world_.up(id))
      world_.start(id);
  }
  // While the producers go on.
  world_.run(500);
  for (auto& x : producers_)
    x->stop();
  auto rests = [this] {
    return std::all_of(producers_.begin(), producers_.end(),
                       [](const auto& x) { return x->idle(); })
           && world_.unrest().empty();
  };
  if (!world_.run_until(rests, healing_ms)) {
    auto why = world_.unrest();
    for (const auto& x : producers_)
      if (!x->idle())
        why += "; a producer with " + std::to_string(x->acknowledged().size())
               + " acknowledged records waits, last refused because "
               + x->refusal();
    world_.violation("the cluster does not come to rest after healing: " + why);
    return;
  }
  world_.compare_replicas();
  for (int32_t i = 0; i < partitions; ++i)
    producers_[static_cast<size_t>(i)]->check(world_.agreed({topic, i}));
}

size_t cluster_chaos::acknowledged() const {
  size_t count = 0;
  for (const auto& x : producers_)
    count += x->acknowledged().size();
  return count;
}

} // namespace troupe::simulation
