// SPDX-License-Identifier: Apache-2.0
#include "quorum_actor_fixture.h"

#include <algorithm>

namespace troupe::actors {

namespace {

constexpr int64_t step_ms = 10;

caf::behavior
listening(caf::event_based_actor*, quorum_actor_fixture::told* heard) {
  return {
      [=](const image_committed& x) { heard->images.push_back(x.image); },
      [=](const quorum_changed& x) { heard->changes.push_back(x); },
  };
}

} // namespace

quorum_actor_fixture::node& quorum_actor_fixture::at(cluster::node_id id) {
  auto& x = nodes_[id];
  if (x == nullptr)
    x = std::make_unique<node>();
  return *x;
}

quorum_actor_config quorum_actor_fixture::config_of(cluster::node_id id) {
  cluster::metadata_log_options options;
  options.directory = "/data";
  options.snapshot_records = snapshot_records;
  auto log = cluster::metadata_log::open(at(id).disk, options);
  REQUIRE_MESSAGE(log, log.error().message);
  quorum_actor_config config;
  config.quorum.self = id;
  config.quorum.cluster_id = "c";
  if (id == 1)
    config.quorum.founder = cluster::quorum_voter{1, "host", 9001};
  else
    config.contacts = {1};
  config.voters_max = voters_max;
  config.log =
      std::make_shared<std::unique_ptr<cluster::metadata_log>>(std::move(*log));
  config.quorum_of = [this, id](cluster::node_id to) {
    auto there = nodes_.find(to);
    return there == nodes_.end() || cuts_.contains({id, to})
               ? remote_quorum_actor{}
               : remote_quorum_actor{there->second->actor};
  };
  config.seed = seed_++;
  config.now = [this] {
    ++looks_at_clock;
    return cluster::quorum_time{now_ms, now_ms};
  };
  return config;
}

void quorum_actor_fixture::start(cluster::node_id id) {
  auto& x = at(id);
  x.heard = {};
  x.actor = keep(system().spawn(quorum, config_of(id)));
  auto listener = keep(system().spawn(listening, &x.heard));
  x.listener = caf::actor_cast<controller_actor>(listener);
  tell(x.actor, start_quorum{x.listener});
}

void quorum_actor_fixture::crash(cluster::node_id id) {
  auto& x = at(id);
  // Before its end can sync anything.
  x.disk.crash(seed_++);
  caf::anon_send_exit(x.actor, caf::exit_reason::kill);
  x.actor = nullptr;
  run();
}

void quorum_actor_fixture::isolate(cluster::node_id id) {
  for (const auto& [other, x] : nodes_) {
    cut(id, other);
    cut(other, id);
  }
}

void quorum_actor_fixture::advance(int64_t ms) {
  for (auto end = now_ms + ms; now_ms < end;) {
    now_ms += step_ms;
    fire_timers();
  }
}

void quorum_actor_fixture::start_three() {
  for (cluster::node_id id : {1, 2, 3})
    start(id);
  REQUIRE(await_leader() == 1);
  REQUIRE(propose(1, {cluster::node_registered{registration(1)},
                      cluster::node_registered{registration(2)},
                      cluster::node_registered{registration(3)}})
              .why.ok());
  for (int i = 0; i < 10 && describe(1).voters.size() < 3; ++i)
    advance(500);
  REQUIRE(describe(1).voters.size() == 3);
  advance(500);
}

cluster::node_id quorum_actor_fixture::await_leader() {
  constexpr int64_t patience_ms = 20000;
  for (auto end = now_ms + patience_ms; now_ms < end; advance(step_ms))
    for (const auto& [id, x] : nodes_)
      if (x->actor != nullptr && !x->heard.changes.empty()
          && x->heard.changes.back().self_leads)
        return id;
  return cluster::no_node;
}

quorum_actor_fixture::answer
quorum_actor_fixture::start_proposing(cluster::node_id id,
                                      cluster::metadata_delta records) {
  auto given = std::make_shared<std::optional<records_committed>>();
  // A finite timeout would be fired with the other timers.
  system().spawn(
      [=, to = at(id).actor, order = propose_records{std::move(records)}](
          caf::event_based_actor* self) {
        self->request(to, caf::infinite, order)
            .then([given](records_committed& x) { *given = std::move(x); },
                  [](const caf::error&) {});
      });
  run();
  return given;
}

records_committed
quorum_actor_fixture::propose(cluster::node_id id,
                              cluster::metadata_delta records) {
  auto given = start_proposing(id, std::move(records));
  for (int i = 0; i < 100 && !given->has_value(); ++i)
    advance(step_ms);
  REQUIRE(given->has_value());
  return **given;
}

cluster::quorum_description
quorum_actor_fixture::describe(cluster::node_id id) {
  return ask<cluster::quorum_description>(at(id).actor, describe_quorum{});
}

const cluster::metadata_image&
quorum_actor_fixture::image(cluster::node_id id) {
  REQUIRE_FALSE(at(id).heard.images.empty());
  return *at(id).heard.images.back();
}

bool quorum_actor_fixture::all_have(const std::string& name) {
  return std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& x) {
    return x.second->actor == nullptr || image(x.first).find(name) != nullptr;
  });
}

cluster::metadata_delta quorum_actor_fixture::topic(std::string name) {
  cluster::topic_image x;
  for (size_t i = 0; i < name.size() && i < x.id.bytes.size(); ++i)
    x.id.bytes[i] = static_cast<uint8_t>(name[i]);
  x.name = std::move(name);
  cluster::partition_registration partition;
  partition.leader = 1;
  partition.replicas = partition.isr = {1};
  x.partitions.push_back(std::move(partition));
  return {cluster::topic_created{std::move(x)}};
}

cluster::node_registration
quorum_actor_fixture::registration(cluster::node_id id) {
  cluster::node_registration x;
  x.id = id;
  x.host = "host";
  x.port = 9092;
  x.cluster_host = "host";
  x.cluster_port = static_cast<uint16_t>(9000 + id);
  return x;
}

} // namespace troupe::actors
