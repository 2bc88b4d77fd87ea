// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/controller_chaos.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>

namespace troupe::cluster::test {

namespace {

using std::ranges::count;

bool has(const std::vector<node_id>& nodes, node_id x) {
  return count(nodes, x) > 0;
}

/// Topics whose name says so may elect unclean leaders.
bool unclean(const std::string& topic) {
  return topic == "unclean";
}

broker_config few_at_a_time() {
  broker_config config;
  config.cluster.moving_partitions_max = 3;
  return config;
}

} // namespace

controller_chaos::controller_chaos(uint64_t number)
    : random_(number), by_(few_at_a_time(), number) {
  sessions_.begin(*image_, now_ms_);
  for (node_id node = 1; node <= static_cast<node_id>(node_count); ++node) {
    start_process(node);
    beat(node, false);
  }
  for (const std::string name : {"clean", "unclean"}) {
    auto x = named(name);
    x.num_partitions = 6;
    x.replication_factor = 3;
    if (unclean(name))
      x.configs = {{"unclean.leader.election.enable", "true"}};
    take(by_.create_topic(*image_, x));
  }
}

void controller_chaos::step() {
  auto node = any_node();
  switch (below(12)) {
  case 0:
    return kill(node);
  case 1:
    return start_process(node);
  case 2:
    return beat(node, true);
  case 3:
    return pass(static_cast<int64_t>(below(1500)));
  case 4:
    return reassign(any_partition());
  case 5:
    return alter_topic();
  case 6:
    return sessions_.suspect(node, now_ms_);
  case 7:
    // Another controller takes over and knows nobody.
    return sessions_.begin(*image_, now_ms_);
  case 8:
    return propose(any_partition(), false);
  case 9:
    return propose(any_partition(), true);
  case 10:
    return write(any_partition());
  default:
    return beat(node, false);
  }
}

void controller_chaos::heal() {
  auto image = image_;
  for (const auto& [id, configs] : image->broker_configs)
    take({{}, {broker_configs_replaced{id, {}}}});
  for (node_id node = 1; node <= static_cast<node_id>(node_count); ++node)
    if (!processes_.contains(node) || image_->nodes.at(node).leaving) {
      sessions_.forget(node);
      start_process(node);
    }
  for (int round = 0; round < 30; ++round) {
    pass(100);
    take(by_.move_partitions(*image_));
    image = image_;
    for (const auto& [name, topic] : image->topics)
      for (size_t i = 0; i < topic->partitions.size(); ++i)
        propose({name, static_cast<int32_t>(i)}, true);
    take(by_.rebalance_leaders(*image_));
  }
  for (const auto& [name, topic] : image_->topics)
    for (const auto& x : topic->partitions) {
      CHECK(x.leader == x.replicas.front());
      CHECK(x.isr.size() == x.replicas.size());
      CHECK(x.adding.empty());
      CHECK(x.removing.empty());
    }
}

controller_chaos::partition_name controller_chaos::any_partition() {
  auto i = image_->topics.begin();
  std::advance(i, static_cast<long>(below(image_->topics.size())));
  return {i->first, static_cast<int32_t>(below(i->second->partitions.size()))};
}

std::vector<node_id> controller_chaos::some_nodes() {
  std::vector<node_id> nodes;
  for (auto n = 1 + below(3); nodes.size() < n;)
    if (auto node = any_node(); !has(nodes, node))
      nodes.push_back(node);
  return nodes;
}

void controller_chaos::start_process(node_id node) {
  auto x = member(node);
  x.incarnation = {};
  x.incarnation.bytes[0] = static_cast<uint8_t>(++incarnations_ >> 8);
  x.incarnation.bytes[1] = static_cast<uint8_t>(incarnations_);
  x.incarnation.bytes[2] = 1;
  auto made = by_.register_node(*image_, x, sessions_);
  REQUIRE(why(made) == refusal::none);
  processes_[node] = x.incarnation;
  take(made);
}

void controller_chaos::beat(node_id node, bool wants_to_stop) {
  auto process = processes_.find(node);
  if (process == processes_.end())
    return;
  auto made = by_.heartbeat(*image_,
                            {node,
                             process->second,
                             image_->end_offset,
                             image_->nodes.at(node).fenced,
                             wants_to_stop,
                             {}},
                            sessions_, now_ms_);
  CHECK(made.decided.verdict.ok());
  take(made.decided);
  CHECK(image_->nodes.at(node).fenced == made.fenced);
  if (made.may_stop)
    kill(node);
}

void controller_chaos::pass(int64_t time_ms) {
  for (auto end = now_ms_ + time_ms; now_ms_ < end;) {
    now_ms_ = std::min(end, sessions_.next_deadline_ms());
    auto running = processes_;
    for (const auto& [node, incarnation] : running)
      beat(node, false);
    take(by_.fence_nodes(*image_, sessions_.take_expired(now_ms_)));
  }
}

void controller_chaos::write(const partition_name& name) {
  const auto& x = *image_->find(topic_partition{name.first, name.second});
  auto runs = [this](node_id node) { return processes_.contains(node); };
  if (x.leader == no_node || !std::ranges::all_of(x.isr, runs))
    return;
  auto records = ++committed_[name];
  for (auto node : x.isr)
    copied_[{name, node}] = records;
}

void controller_chaos::propose(const partition_name& name, bool everybody) {
  const auto& x = *image_->find(topic_partition{name.first, name.second});
  if (!processes_.contains(x.leader))
    return;
  isr_alteration asked{x.leader,
                       image_->find(name.first)->id,
                       name.second,
                       x.leader_epoch,
                       x.partition_epoch,
                       {x.leader},
                       {}};
  for (auto node : x.replicas)
    if (node != x.leader && processes_.contains(node)
        && !image_->nodes.at(node).fenced
        && (has(x.isr, node) || !image_->nodes.at(node).leaving)
        && (everybody || below(2) == 0))
      asked.isr.push_back(node);
  for (auto node : asked.isr)
    asked.incarnations.push_back(image_->nodes.at(node).incarnation);
  for (auto node : asked.isr)
    copied_[{name, node}] = copied_[{name, x.leader}];
  take(by_.alter_isr(*image_, asked));
}

void controller_chaos::reassign(const partition_name& name) {
  reassignment x{{name.first, name.second}, std::nullopt};
  if (below(4) > 0)
    x.replicas = some_nodes();
  auto made = by_.alter_reassignment(*image_, x);
  if (made.verdict.ok())
    take(made);
}

void controller_chaos::alter_topic() {
  auto name = any_partition();
  auto type = below(2) == 0 ? election_type::preferred : election_type::unclean;
  if (type == election_type::unclean && !unclean(name.first))
    return;
  auto made = by_.elect_leader(*image_, {name.first, name.second}, type);
  if (made.verdict.ok())
    take(made);
}

void controller_chaos::take(const outcome& x) {
  REQUIRE_MESSAGE(x.verdict.ok(), x.verdict.message);
  auto before = image_;
  image_ = after(image_, x.records);
  check(*before, x);
}

void controller_chaos::check(const metadata_image& before, const outcome& x) {
  for (const auto& unclean_one : x.unclean) {
    REQUIRE(unclean(unclean_one.topic));
    partition_name name{unclean_one.topic, unclean_one.partition};
    committed_[name] = copied_[{name, image_->find(unclean_one)->leader}];
  }
  for (const auto& [name, topic] : image_->topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i) {
      check_partition(*topic, i);
      const auto* known =
          before.find(topic_partition{name, static_cast<int32_t>(i)});
      if (known != nullptr)
        check_change(*known, topic->partitions[i]);
    }
}

void controller_chaos::check_change(const partition_registration& before,
                                    const partition_registration& x) {
  if (before.leader != x.leader)
    CHECK(before.leader_epoch < x.leader_epoch);
  for (auto node : before.adding)
    if (has(x.replicas, node) && !has(x.adding, node) && !has(x.removing, node))
      CHECK(has(x.isr, node));
}

void controller_chaos::check_partition(const topic_image& topic, size_t index) {
  const auto& x = topic.partitions[index];
  partition_name name{topic.name, static_cast<int32_t>(index)};
  REQUIRE_FALSE(x.isr.empty());
  for (auto node : x.isr)
    REQUIRE(has(x.replicas, node));
  for (auto node : x.adding)
    REQUIRE_FALSE(has(x.removing, node));
  if (x.leader == no_node)
    return;
  REQUIRE(has(x.isr, x.leader));
  for (auto node : x.isr)
    REQUIRE_FALSE(image_->nodes.at(node).fenced);
  // Clean leaders have everything that was acknowledged.
  REQUIRE(copied_[{name, x.leader}] >= committed_[name]);
}

} // namespace troupe::cluster::test
