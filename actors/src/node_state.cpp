// SPDX-License-Identifier: Apache-2.0
#include "node_state.h"

#include "spawn.h"

#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

namespace troupe {

namespace {

/// Pooled actors only: the broker. Everything hot lives on lanes, everything
/// that blocks has a thread of its own.
constexpr size_t scheduler_threads = 1;

storage::timestamp_ms wall_clock() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch())
    .count();
}

uint64_t random_seed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

storage::uuid random_uuid() {
  std::mt19937_64 random(random_seed());
  storage::uuid x;
  for (auto& byte : x.bytes)
    byte = static_cast<uint8_t>(random());
  return x;
}

size_t lane_count(const cluster::broker_config& config) {
  if (config.lanes > 0)
    return static_cast<size_t>(config.lanes);
  return std::max<size_t>(1, std::thread::hardware_concurrency());
}

transport::limits bounds_of(const node_options& x) {
  auto bounds = x.bounds;
  const auto& config = x.config;
  bounds.frame_bytes_max = static_cast<size_t>(config.socket_request_max_bytes);
  bounds.connections_max = static_cast<size_t>(config.max_connections);
  bounds.requests_in_flight_max
    = static_cast<size_t>(config.queued_max_requests_per_connection);
  bounds.idle_timeout
    = std::chrono::milliseconds(config.connections_max_idle_ms);
  return bounds;
}

} // namespace

node::state::state(node_options x)
  : options(std::move(x)), actor_config(scheduler_threads) {}

node::state::~state() = default;

result<void> node::state::start() {
  auto opened = actors::open_directories(storage::posix_file_system(),
                                         options.data_directories);
  if (!opened)
    return failure(opened.error());
  directories = std::move(*opened);
  auto log = open_metadata();
  if (!log)
    return failure(log.error());
  const auto& known = *(*log)->image();
  if (auto claimed = actors::claim_directories(
        storage::posix_file_system(), directories, known.cluster_id,
        options.config.id);
      !claimed)
    return claimed;
  actors::set_strays_aside(storage::posix_file_system(), directories, known);
  system = std::make_unique<caf::actor_system>(actor_config);
  for (size_t i = 0; i < lane_count(options.config); ++i) {
    auto name = "lane-" + std::to_string(i);
    lanes.push_back(std::make_unique<transport::lane>(name.c_str()));
    units.push_back(std::make_unique<actors::lane_unit>(*system, *lanes[i]));
  }
  spawn_disks();
  spawn_broker();
  auto image = (*log)->image();
  spawn_controller(std::move(*log));
  if (auto applied = apply(std::move(image)); !applied)
    return applied;
  return listen();
}

result<std::unique_ptr<cluster::metadata_log>> node::state::open_metadata() {
  cluster::metadata_log_options where;
  where.directory = directories.home_path();
  where.now = wall_clock();
  auto log = cluster::metadata_log::open(storage::posix_file_system(), where);
  if (!log || !(*log)->image()->cluster_id.empty())
    return log;
  cluster::metadata_delta birth{
    cluster::cluster_created{to_string(random_uuid())}};
  if (auto done = (*log)->append(birth, wall_clock()); !done)
    return failure(done.error());
  return log;
}

void node::state::spawn_disks() {
  auto& fs = storage::posix_file_system();
  for (const auto& x : directories.all) {
    actors::log_keeper_config config{
      &fs, directories.offsets, x.path, x.clean, wall_clock, x.doomed};
    disks.push_back({x.path,
                     x.online,
                     actors::spawn_log_keeper(*system, std::move(config)),
                     actors::spawn_disk_sync(*system, &fs),
                     {}});
    for (int i = 0; i < actors::cold_readers_per_directory; ++i)
      disks.back().cold_readers.push_back(actors::spawn_cold_reader(*system));
  }
}

void node::state::spawn_broker() {
  auto nothing = std::make_shared<actors::routing>();
  nothing->image = std::make_shared<cluster::metadata_image>();
  routes = std::make_shared<actors::published<actors::routing>>(nothing);
  actors::broker_actor_config config;
  config.config = options.config;
  config.directories = disks;
  config.lanes = unit_pointers();
  config.routes = routes;
  config.found = std::move(directories.logs);
  config.now = wall_clock;
  broker = actors::spawn_broker(*system, std::move(config));
}

void node::state::spawn_controller(
  std::unique_ptr<cluster::metadata_log> log) {
  actors::controller_config config;
  config.broker = options.config;
  config.log = std::make_shared<std::unique_ptr<cluster::metadata_log>>(
    std::move(log));
  config.follower = broker;
  config.seed = random_seed();
  config.now = wall_clock;
  controller = actors::spawn_controller(*system, std::move(config));
}

result<void> node::state::apply(cluster::image_ptr image) {
  result<void> done;
  caf::scoped_actor self{*system};
  self
    ->request(broker, std::chrono::minutes(60),
              actors::apply_metadata{std::move(image)})
    .receive([](const actors::metadata_applied&) {},
             [&](const caf::error& x) {
               done = failure(storage::errc::closed,
                              "opening the partitions failed: "
                                + actors::to_problem(x).message);
             });
  return done;
}

result<void> node::state::listen() {
  auto shared = std::make_shared<actors::services>();
  shared->config = options.config;
  shared->controller = controller;
  shared->directories = disks;
  shared->routes = routes;
  std::vector<transport::lane*> homes;
  for (auto& x : lanes)
    homes.push_back(x.get());
  auto bound = transport::server::listen(
    options.listen, homes, bounds_of(options),
    actors::make_sessions(*system, unit_pointers(), shared),
    actors::make_read_in(disks));
  if (!bound)
    return failure(bound.error());
  server = std::move(*bound);
  transport = actors::spawn_transport(*system, server);
  auto at = server->local();
  this->bound = at;
  {
    std::lock_guard guard(counting_);
    counters_ = &server->counters();
  }
  cluster::node_registration me;
  me.id = options.config.id;
  me.host = options.advertised.host.empty() ? at.host : options.advertised.host;
  me.port = options.advertised.port != 0 ? options.advertised.port : at.port;
  result<void> done;
  caf::scoped_actor self{*system};
  self->request(controller, std::chrono::minutes(1), actors::register_node{me})
    .receive(
      [&](actors::metadata_decided& x) {
        if (!x.results.front().ok())
          done = failure(storage::errc::io, x.results.front().message);
      },
      [&](const caf::error& x) {
        done = failure(storage::errc::io, actors::to_problem(x).message);
      });
  return done;
}

std::vector<actors::lane_unit*> node::state::unit_pointers() const {
  std::vector<actors::lane_unit*> xs;
  for (const auto& x : units)
    xs.push_back(x.get());
  return xs;
}

result<void> node::state::stop(std::chrono::milliseconds deadline) {
  std::lock_guard guard(stopping);
  if (std::exchange(stopped, true) || system == nullptr)
    return {};
  result<void> done;
  auto note = [&done](const caf::error& x) {
    done = failure(storage::errc::closed,
                   "stopping: " + actors::to_problem(x).message);
  };
  {
    caf::scoped_actor self{*system};
    if (transport != nullptr)
      self->request(transport, deadline, actors::stop_transport{})
        .receive([](const actors::transport_stopped&) {}, note);
    self->request(broker, deadline, actors::stop_broker{})
      .receive(
        [&done](actors::broker_stopped& x) {
          if (!x.why.ok())
            done = failure(storage::errc::closed, std::move(x.why.message));
        },
        note);
  }
  end_actors();
  return done;
}

node_statistics node::state::statistics() {
  std::lock_guard guard(counting_);
  if (counters_ == nullptr)
    return last_;
  node_statistics x;
  x.page_cache_hits = counters_->pages_hit;
  x.page_cache_misses = counters_->pages_missed;
  x.bytes_received = counters_->bytes_received;
  x.bytes_sent = counters_->bytes_sent;
  x.connections_accepted = counters_->connections_accepted;
  x.connections_open = counters_->connections_open;
  return x;
}

void node::state::drop_server() {
  auto last = statistics();
  std::lock_guard guard(counting_);
  last_ = last;
  counters_ = nullptr;
  server.reset();
}

void node::state::end_actors() {
  auto end = [](auto& actor) {
    if (actor != nullptr)
      caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
  };
  end(transport);
  end(controller);
  end(broker);
  for (auto& x : disks) {
    end(x.keeper);
    end(x.sync);
    for (auto& reader : x.cold_readers)
      end(reader);
  }
  drop_server();
  routes.reset();
  // Sessions and partitions end on their lanes, so the lanes must still run
  // here; what waits on the lanes afterwards may hold the last handles of
  // detached actors, so the lanes go before the system that counts those.
  if (system != nullptr)
    system->await_all_actors_done();
  for (auto& x : lanes)
    x->stop();
  lanes.clear();
  units.clear();
  system.reset();
  directories.offsets.reset();
  directories.all.clear();
}

} // namespace troupe
