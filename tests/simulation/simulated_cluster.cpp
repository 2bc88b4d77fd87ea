// SPDX-License-Identifier: Apache-2.0
#include "simulated_cluster.h"

#include <utility>

namespace troupe::simulation {

namespace {

constexpr int64_t answer_timeout_ms = 1000;

} // namespace

simulated_cluster::simulated_cluster(uint64_t seed, size_t node_count)
    : network_(seed) {
  for (size_t i = 0; i < node_count; ++i)
    machines_[static_cast<node_id>(i)] = std::make_unique<machine>();
}

simulated_cluster::~simulated_cluster() = default;

// -- life ---------------------------------------------------------------------

std::vector<node_id> simulated_cluster::ids() const {
  std::vector<node_id> all;
  for (const auto& [id, x] : machines_)
    all.push_back(id);
  return all;
}

void simulated_cluster::start(node_id id) {
  auto& x = *machines_.at(id);
  ++x.life;
  x.process = std::make_unique<simulated_node>(*this, id);
  x.process->start();
}

void simulated_cluster::kill(node_id id, bool noticed) {
  network_.end_life(id);
  machines_.at(id)->process.reset();
  for (const auto& [other, x] : machines_)
    if (noticed && other != id && x->process != nullptr)
      network_.at(other, 1, [this, id, other = other] {
        machines_.at(other)->process->metadata().suspect(id);
      });
}

void simulated_cluster::cut_power(node_id id) {
  auto& x = *machines_.at(id);
  // First the disk, or the process would write while it goes.
  x.disk.crash(network_.below(1u << 30));
  kill(id, false);
}

void simulated_cluster::run(int64_t ms) {
  run_until([] { return false; }, ms);
}

bool simulated_cluster::run_until(const std::function<bool()>& happened,
                                  int64_t ms) {
  auto end_ms = network_.now_ms() + ms;
  while (!happened())
    if (!network_.step(end_ms))
      return happened();
  return true;
}

// -- what nodes use -----------------------------------------------------------

storage::test::fault_file_system& simulated_cluster::disk(node_id id) {
  return machines_.at(id)->disk;
}

std::map<storage::topic_partition, storage::partition_checkpoint>&
simulated_cluster::checkpoints(node_id id) {
  return machines_.at(id)->checkpoints;
}

cluster::broker_config simulated_cluster::config_of(node_id id) const {
  cluster::broker_config x;
  x.id = id;
  x.default_replication_factor = 3;
  x.cluster.listen = "host" + std::to_string(id) + ":9000";
  x.cluster.heartbeat_interval_ms = 100;
  x.cluster.session_timeout_ms = 500;
  x.cluster.quorum_fetch_timeout_ms = 500;
  x.cluster.quorum_election_timeout_ms = 200;
  x.cluster.leader_imbalance_check_interval_ms = 3000;
  return x;
}

cluster::quorum_config simulated_cluster::quorum_config_of(node_id id) const {
  auto settings = config_of(id).cluster;
  cluster::quorum_config x;
  x.self = id;
  x.cluster_id = "simulated";
  x.fetch_timeout_ms = settings.quorum_fetch_timeout_ms;
  x.election_timeout_ms = settings.quorum_election_timeout_ms;
  x.fetch_bytes_max = 4096;
  x.snapshot_chunk_bytes_max = 512;
  if (id == machines_.begin()->first)
    x.founder = cluster::quorum_voter{id, "host" + std::to_string(id), 9000};
  return x;
}

const cluster::image_ptr& simulated_cluster::image_of(node_id id) {
  return machines_.at(id)->process->metadata().image();
}

simulated_partition*
simulated_cluster::partition(node_id id, const storage::topic_partition& name) {
  // A partition without a leader is looked for at no_node.
  auto found = machines_.find(id);
  if (found == machines_.end() || found->second->process == nullptr)
    return nullptr;
  return found->second->process->find(name);
}

void simulated_cluster::post(node_id from, node_id to,
                             cluster::quorum_message x) {
  if (!machines_.contains(to))
    return;
  network_.send(from, to, [this, from, to, x = std::move(x)] {
    if (up(to))
      machines_.at(to)->process->metadata().receive(from, x);
  });
}

void simulated_cluster::ask_controller(
    node_id self, decision decide,
    std::function<void(const actors::problem&)> done) {
  auto once = [done = std::move(done), said = std::make_shared<bool>(false)](
                  const actors::problem& why) {
    if (!std::exchange(*said, true))
      done(why);
  };
  network_.at(self, answer_timeout_ms, [once] {
    once({actors::errc::timed_out, "the controller does not answer"});
  });
  auto to = machines_.at(self)->process->metadata().leader();
  if (to == cluster::no_node)
    return;
  network_.send(self, to, [this, self, to, once, decide = std::move(decide)] {
    if (!up(to))
      return;
    auto& there = machines_.at(to)->process->metadata();
    there.decide({[&there, decide](const cluster::metadata_image& image) {
                    return decide(there, image);
                  },
                  [this, self, to, once](const actors::problem& why) {
                    network_.send(to, self, [once, why] { once(why); });
                  }});
  });
}

void simulated_cluster::send_heartbeat(node_id self,
                                       const cluster::node_heartbeat& x) {
  auto to = machines_.at(self)->process->metadata().leader();
  if (to == cluster::no_node)
    return;
  network_.send(self, to, [this, to, x] {
    if (up(to))
      machines_.at(to)->process->metadata().heartbeat(
          x, [](const actors::problem&) {});
  });
}

void simulated_cluster::later(node_id id, const storage::topic_partition& name,
                              int64_t delay_ms,
                              std::function<void(simulated_partition&)> what) {
  network_.at(id, delay_ms, [this, id, name, what = std::move(what)] {
    auto* x = partition(id, name);
    if (x != nullptr && x->serves())
      what(*x);
  });
}

void simulated_cluster::image_changed(node_id id) {
  machines_.at(id)->process->apply_image();
}

// -- what tests ask -----------------------------------------------------------

node_id simulated_cluster::controller() {
  node_id found = cluster::no_node;
  cluster::leader_epoch_t newest = -1;
  for (const auto& [id, x] : machines_)
    if (x->process != nullptr && x->process->metadata().decides()
        && x->process->metadata().core().epoch() > newest) {
      found = id;
      newest = x->process->metadata().core().epoch();
    }
  return found;
}

node_id simulated_cluster::leader_of(const storage::topic_partition& name,
                                     node_id asked) {
  if (!up(asked))
    return cluster::no_node;
  const auto* x = image_of(asked)->find(name);
  return x == nullptr ? cluster::no_node : x->leader;
}

std::string simulated_cluster::unrest() {
  auto decides = controller();
  if (decides == cluster::no_node)
    return "nobody decides";
  const auto& image = image_of(decides);
  for (const auto& [id, x] : machines_) {
    auto node = "node " + std::to_string(id);
    if (x->process == nullptr || !image->nodes.contains(id))
      return node + " is not there";
    if (image->nodes.at(id).fenced)
      return node + " is fenced";
    if (image_of(id)->end_offset != image->end_offset)
      return node + " knows the metadata up to "
             + std::to_string(image_of(id)->end_offset) + " of "
             + std::to_string(image->end_offset);
  }
  for (const auto& [topic, x] : image->topics)
    for (size_t i = 0; i < x->partitions.size(); ++i)
      if (auto why = unrest({topic, static_cast<int32_t>(i)}, x->partitions[i]);
          !why.empty())
        return topic + "-" + std::to_string(i) + ": " + why;
  return {};
}

/// Where each replica is, for whoever looks for the reason.
std::string
simulated_cluster::replicas_of(const storage::topic_partition& name,
                               const cluster::partition_registration& x) {
  std::string text = "leader " + std::to_string(x.leader) + " in epoch "
                     + std::to_string(x.leader_epoch);
  for (auto id : x.replicas) {
    auto* here = partition(id, name);
    text += ", node " + std::to_string(id);
    if (here == nullptr || !here->serves()) {
      text += " without it";
      continue;
    }
    auto& core = here->core();
    text += (core.leads() ? " leads" : " follows") + std::string{" in epoch "}
            + std::to_string(core.epoch()) + " with "
            + std::to_string(core.high_watermark()) + " of "
            + std::to_string(core.log().end_offset());
  }
  return text;
}

std::string
simulated_cluster::unrest(const storage::topic_partition& name,
                          const cluster::partition_registration& x) {
  if (x.leader == cluster::no_node)
    return "nobody leads";
  if (!x.adding.empty() || !x.removing.empty())
    return "replicas move";
  if (x.isr.size() != x.replicas.size())
    return std::to_string(x.isr.size()) + " replicas are in sync; "
           + replicas_of(name, x);
  std::optional<storage::offset_t> end;
  for (auto id : x.replicas) {
    auto* here = partition(id, name);
    if (here == nullptr || !here->serves())
      return "node " + std::to_string(id) + " does not serve it";
    auto own = here->core().log().end_offset();
    if (here->core().leads() != (id == x.leader)
        || here->core().high_watermark() != own || own != end.value_or(own))
      return "node " + std::to_string(id) + " is at "
             + std::to_string(here->core().high_watermark()) + " of "
             + std::to_string(own);
    end = own;
  }
  return {};
}

} // namespace troupe::simulation
