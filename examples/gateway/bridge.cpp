// SPDX-License-Identifier: Apache-2.0
#include "bridge.h"

#include "desk_actor.h"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <atomic>
#include <cstddef>
#include <utility>

namespace gateway {

namespace {

/// Encoding and decoding JSON is what they do.
constexpr size_t actor_threads = 2;

struct actor_config : caf::actor_system_config {
  actor_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads", actor_threads);
    // One busy actor does not keep a thread.
    set("scheduler.max-throughput", size_t{16});
  }
};

} // namespace

struct bridge::state {
  actor_config config;
  caf::actor_system system{config};
  desk_actor desk;
  std::atomic<uint64_t> next_number{1};
};

bridge::bridge(std::unique_ptr<state> state) : state_(std::move(state)) {}

troupe::result<std::unique_ptr<bridge>>
bridge::open(troupe::node& home, const gateway_limits& bounds) {
  troupe::producer_options options;
  options.bytes_in_flight_max = bounds.bytes_in_flight_max;
  options.delivery_timeout = bounds.delivery_timeout;
  auto producer = troupe::actors::spawn_producer(home, options);
  if (!producer)
    return troupe::failure(producer.error());
  auto made = std::make_unique<state>();
  made->desk = made->system.spawn(desk, &home, std::move(*producer), bounds);
  return std::unique_ptr<bridge>(new bridge(std::move(made)));
}

bridge::~bridge() {
  caf::anon_send_exit(state_->desk, caf::exit_reason::user_shutdown);
}

void bridge::append(append_order x) {
  x.number = state_->next_number++;
  caf::anon_send(state_->desk, std::move(x));
}

uint64_t bridge::read(read_order x) {
  x.number = state_->next_number++;
  auto number = x.number;
  caf::anon_send(state_->desk, std::move(x));
  return number;
}

void bridge::grant(uint64_t reading, uint32_t pages) {
  caf::anon_send(state_->desk, grant_pages{reading, pages});
}

void bridge::end(uint64_t reading) {
  caf::anon_send(state_->desk, end_reading{reading});
}

} // namespace gateway
