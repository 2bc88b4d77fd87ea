// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_system.h"
#include "cluster_network.h"
#include "cluster_port_actor.h"
#include "data_directories.h"
#include "departures.h"
#include "disk_watch_actor.h"
#include "io_pace.h"
#include "local_clients.h"
#include "metrics_exposer.h"
#include "open_calls.h"
#include "peer_table.h"
#include "remote_feed_actor.h"
#include "services.h"
#include "stage_host.h"
#include "temporary_home.h"
#include "transport_actor.h"

#include <troupe/actors/metrics_interfaces.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer_interfaces.h>
#include <troupe/cluster/metadata_log.h>

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace troupe {

/// The pieces of a node in the order in which they are made; they go in the
/// opposite order.
struct node::state {
  explicit state(node_options x);
  ~state();

  result<void> start();
  result<void> stop(std::chrono::milliseconds deadline);
  /// After the stop: the last figures.
  node_statistics statistics();
  result<void, actors::problem>
  create_topic(cluster::new_topic topic, std::chrono::milliseconds timeout);
  /// Clients inside the process take turns.
  actors::lane_unit* next_client_lane();

  node_options options;
  /// Those of `options`, or the usual ones.
  std::shared_ptr<time_source> time;
  std::shared_ptr<storage::file_system> files;
  /// Below the system's; the last thing to go.
  std::optional<actors::temporary_home> temporary;
  actors::opened_directories directories;
  std::vector<std::unique_ptr<transport::lane>> lanes;
  actors::node_actor_config actor_config;
  std::unique_ptr<caf::actor_system> system;
  /// Whom other nodes may watch.
  actors::departures leaving;
  std::vector<std::unique_ptr<actors::lane_unit>> units;
  std::shared_ptr<actors::published<actors::routing>> routes;
  std::vector<actors::data_directory> disks;
  actors::listing_coordinator_actor groups;
  /// Null when log.cleaner.enable is off.
  actors::log_cleaner_actor cleaner;
  std::shared_ptr<actors::io_pace> cleaner_pace;
  actors::broker_actor broker;
  actors::quorum_actor quorum;
  actors::controller_actor controller;
  actors::broker_lifecycle_actor lifecycle;
  /// Null on a node that is alone.
  actors::disk_watch_actor disk_watch;
  actors::transport_actor transport;
  /// Null on a node that is alone, like what follows.
  actors::membership_actor membership;
  /// What others find at the cluster port.
  actors::cluster_port_actor cluster_port;
  /// Who leads the quorum, as the controller knows.
  std::shared_ptr<std::atomic<cluster::node_id>> quorum_leader;
  /// The controller, for partitions, which are made before it.
  std::shared_ptr<actors::published<actors::isr_judge_actor>> judge;
  std::shared_ptr<actors::published<actors::peer_table>> peers;
  actors::cluster_listener cluster_listener;
  transport::endpoint cluster_address{.host = "", .port = 0};
  std::shared_ptr<transport::server> server;
  /// Producers and consumers in this process, and the desks of stages.
  actors::local_clients clients;
  std::unique_ptr<actors::stage_host> stages;
  /// Null, both, when nobody may look.
  actors::metrics_actor metrics;
  std::unique_ptr<actors::metrics_exposer> exposer;
  /// Where `server` listened; stays when it is gone.
  transport::endpoint bound;
  /// Of threads of the program.
  actors::open_calls calls;
  std::mutex stopping;
  bool stopped = false;

  /// On `lane`; null: on the one whose turn it is. Null when the node stops.
  actors::consumer_body_actor spawn_reader(
      const consumer_options& wanted, actors::lane_unit* lane,
      const std::function<actors::subscriber_actor(actors::lane_unit*)>&
          subscriber_on);

private:
  /// Gives the server up.
  void drop_server();
  result<std::unique_ptr<cluster::metadata_log>> open_metadata();
  /// Knows from the disk who this node is, or founds a cluster; else it has to
  /// join one.
  result<void> find_identity(cluster::metadata_log& log);
  result<void> claim();
  /// What is published while no partition is served.
  static actors::routing_ptr no_routes();
  void spawn_lanes();
  void spawn_disks();
  void spawn_groups();
  void spawn_cleaner();
  void spawn_broker();
  actors::stage_desk_actor open_stages(const cluster::topic_image& topic);
  actors::view_desk_actor open_views(const cluster::topic_image& topic);
  actors::producer_actor open_stages_producer();
  void spawn_quorum(std::unique_ptr<cluster::metadata_log> log);
  void spawn_controller();
  void spawn_lifecycle();
  void spawn_disk_watch();

  bool alone() const;
  result<void> open_network();
  result<void> meet_others();
  result<void> join();
  void take_part();

  /// Ends when `answer` has one, or is ended.
  caf::actor
  ask_for_topic(cluster::new_topic topic, std::chrono::milliseconds timeout,
                const std::shared_ptr<std::optional<actors::problem>>& answer);
  result<void> expose_metrics();
  result<void> listen();
  result<void> serve();
  std::vector<actors::lane_unit*> unit_pointers() const;
  /// For a consumer in another process. On CAF's scheduler.
  actors::remote_consumer_opened
  open_remote_consumer(const actors::open_remote_consumer& x);
  actors::remote_feed_actor
  spawn_remote_feed(const consumer_options& wanted,
                    const actors::remote_sink_actor& sink);
  /// Ends every actor and waits for them, then ends the lanes.
  void end_actors();

  struct {
    std::string cluster_id;
    cluster::node_id node = cluster::no_node;
  } identity;
  /// It came to a cluster that others founded.
  bool joiner = false;
  storage::uuid incarnation;
  /// What the metadata log had at the start, agreed on or not.
  cluster::image_ptr known_metadata;
  /// Who let it join; no_node otherwise.
  actors::peer_address first_contact;

  std::atomic<bool> takes_remote_{false};
  /// Shared with what runs at the end of each.
  std::shared_ptr<std::atomic<size_t>> remote_consumers_ =
      std::make_shared<std::atomic<size_t>>(0);
  std::atomic<size_t> client_turn_{0};
  /// Guards the two below: figures are asked for while the node stops.
  std::mutex counting_;
  const transport::server_counters* counters_ = nullptr;
  node_statistics last_;
};

} // namespace troupe
