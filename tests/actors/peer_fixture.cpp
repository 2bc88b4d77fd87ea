// SPDX-License-Identifier: Apache-2.0
#include "peer_fixture.h"

#include "spawn.h"

#include <caf/actor_cast.hpp>
#include <caf/after.hpp>

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <thread>
#include <utility>

namespace troupe::actors {

namespace {

std::chrono::microseconds steady_now() {
  using namespace std::chrono;
  return duration_cast<microseconds>(steady_clock::now().time_since_epoch());
}

/// Answers each pull at once with what is served.
pull_source_actor::behavior_type
partition_with(pull_source_actor::pointer self,
               std::shared_ptr<const storage::file_slice> served) {
  return {
      [self, served](const pull_records& x) {
        records_pulled answer;
        answer.outcome.name = x.request.name;
        answer.outcome.topic_id = x.request.topic_id;
        answer.outcome.fetch_offset = x.request.fetch_offset;
        answer.outcome.high_watermark = 7;
        answer.outcome.diverging = diverging_epoch{3, 5};
        answer.records = *served;
        self->send(x.carrier, std::move(answer));
      },
  };
}

} // namespace

peer_node_options peer_options(cluster::node_id node) {
  peer_node_options x;
  x.self.cluster_id = "test-cluster";
  x.self.node = node;
  x.self.incarnation.bytes[0] = static_cast<uint8_t>(node);
  x.self.software = "troupe test";
  x.settings.backoff = {5, 50};
  // A machine that has too much to do loses no link by that.
  x.settings.liveness.silence_max = peer_test_deadline;
  return x;
}

bool soon(const std::function<bool()>& holds) {
  auto deadline = std::chrono::steady_clock::now() + peer_test_deadline;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::yield();
  }
  return true;
}

peer_node::peer_node(peer_node_options options) : options_(std::move(options)) {
  config_.enable_network(options_.listener);
  system_ = std::make_unique<caf::actor_system>(config_);
  self_ = std::make_unique<caf::scoped_actor>(*system_);
  table_ = std::make_shared<published<peer_table>>(
      std::make_shared<const peer_table>());
  served_ = std::make_shared<storage::file_slice>();
  source_ = system_->spawn(partition_with, served_);
  leaving_.expect(source_);
  membership_config config;
  config.settings = options_.settings;
  config.self = options_.self;
  config.table = table_;
  config.find_source = [source = source_](const pull_batches& x) {
    return x.name.topic == "orders" ? source : pull_source_actor{};
  };
  config.on_disowned = options_.on_disowned;
  config.now = options_.now ? options_.now : steady_now;
  membership_ = spawn_membership(*system_, std::move(config),
                                 !options_.listener.tls.empty(), leaving_);
  auto port = publish_gate(*system_, membership_, options_.listener);
  REQUIRE_MESSAGE(port, (port ? "" : to_string(port.error())));
  port_ = *port;
  if (options_.started)
    start(id(), options_.self.cluster_id);
}

peer_node::~peer_node() {
  caf::anon_send_exit(membership_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(source_, caf::exit_reason::user_shutdown);
  membership_ = nullptr;
  source_ = nullptr;
  table_.reset();
  self_.reset();
  system_->await_all_actors_done();
  leaving_.wait();
}

void peer_node::start(cluster::node_id as, const std::string& cluster_id) {
  options_.self.node = as;
  adopt_identity order;
  order.cluster_id = cluster_id;
  order.node = as;
  order.handles.quorum = caf::actor_cast<caf::strong_actor_ptr>(source_);
  order.listeners = {caf::actor_cast<peer_listener_actor>(
      caf::actor_cast<caf::strong_actor_ptr>(*self_))};
  (*self_)->send(membership_, std::move(order));
}

void peer_node::serve(const std::string& text) {
  auto opened = storage::posix_file_system().open(directory_ / "served.log",
                                                  storage::open_mode::create);
  REQUIRE(opened);
  std::array parts{std::as_bytes(std::span(text))};
  REQUIRE((*opened)->write(0, parts));
  serve({*opened, 0, static_cast<uint32_t>(text.size()), nullptr});
}

void peer_node::serve(storage::file_slice slice) {
  *served_ = std::move(slice);
}

void peer_node::follow(const std::vector<peer_address>& nodes) {
  (*self_)->send(membership_, follow_nodes{nodes});
}

template <class Fact>
std::optional<Fact> peer_node::wait_for() {
  std::optional<Fact> seen;
  (*self_)->receive([&seen](Fact& x) { seen = std::move(x); },
                    caf::after(peer_test_deadline) >> [] {});
  return seen;
}

bool peer_node::wait_up(cluster::node_id node) {
  return soon([&] {
    auto known = find(node);
    return known && known->up;
  });
}

bool peer_node::wait_lost(cluster::node_id node) {
  for (auto x = wait_for<peer_lost>(); x; x = wait_for<peer_lost>()) {
    if (x->node == node)
      return true;
  }
  return false;
}

std::string peer_node::wait_reason(cluster::node_id node) {
  std::string reason;
  static_cast<void>(soon([&] {
    auto seen = describe(node);
    reason = seen.reason;
    return seen.up || !reason.empty();
  }));
  return reason;
}

void peer_node::pull(cluster::node_id from, int32_t partition,
                     storage::offset_t offset) {
  auto known = find(from);
  REQUIRE(known);
  request_batches order;
  order.pull.name = {"orders", partition};
  order.pull.replica = id();
  order.pull.fetch_offset = offset;
  order.client = caf::actor_cast<replica_client_actor>(
      caf::actor_cast<caf::strong_actor_ptr>(*self_));
  (*self_)->send(known->link, std::move(order));
}

batches_pulled peer_node::wait_pulled() {
  auto answer = wait_for<batches_pulled>();
  REQUIRE(answer);
  return std::move(*answer);
}

std::optional<peer> peer_node::find(cluster::node_id node) const {
  auto table = table_->get();
  const auto* known = table->find(node);
  return known == nullptr ? std::nullopt : std::optional<peer>(*known);
}

peer_description peer_node::describe(cluster::node_id node) {
  peers_description all;
  (*self_)
      ->request(membership_, peer_test_deadline, describe_peers{})
      .receive([&all](peers_description& x) { all = std::move(x); },
               [](const caf::error& x) { FAIL(caf::to_string(x)); });
  for (auto& x : all.peers) {
    if (x.address.node == node)
      return x;
  }
  FAIL("node " << node << " is not known");
  return {};
}

} // namespace troupe::actors
