// SPDX-License-Identifier: Apache-2.0
#include "spawn_client.h"

#include "node_access.h"
#include "node_clock.h"

#include <caf/actor_cast.hpp>

#include <chrono>
#include <utility>

namespace troupe::actors {

namespace {

/// As many batches as the partition remembers the numbers of.
constexpr int batches_in_flight_bound = 5;
constexpr size_t in_flight_bytes_bound = 1 << 30;
constexpr size_t block_bytes_bound = 1 << 30;
/// As many milliseconds as Kafka's settings can name.
constexpr std::chrono::milliseconds time_bound = std::chrono::hours(24 * 24);
constexpr uint32_t blocks_ahead_bound = 1'000;

result<void> check(const producer_options& x) {
  using namespace std::chrono_literals;
  if (x.batch_bytes_max == 0 || x.bytes_in_flight_max == 0)
    return failure(storage::errc::invalid_argument,
                   "a producer needs room for batches");
  if (x.batches_in_flight_max < 1
      || x.batches_in_flight_max > batches_in_flight_bound)
    return failure(storage::errc::invalid_argument,
                   "a producer has 1 to 5 batches of a partition in flight");
  if (x.batch_bytes_max > in_flight_bytes_bound
      || x.bytes_in_flight_max > in_flight_bytes_bound)
    return failure(storage::errc::invalid_argument,
                   "a producer has at most 1 GiB in flight");
  if (x.linger < 0ms || x.delivery_timeout <= 0ms || x.retry_backoff <= 0ms)
    return failure(
        storage::errc::invalid_argument,
        "a producer's times must be positive, its linger at least 0");
  if (x.delivery_timeout > time_bound || x.retry_backoff > time_bound
      || x.linger >= x.delivery_timeout)
    return failure(storage::errc::invalid_argument,
                   "a producer's times are at most 24 days, and its linger "
                   "shorter than its delivery timeout");
  return {};
}

result<void> check(const consumer_options& x) {
  using namespace std::chrono_literals;
  if (x.block_bytes_max == 0 || x.block_bytes_max > block_bytes_bound)
    return failure(storage::errc::invalid_argument,
                   "a consumer's blocks have 1 byte to 1 GiB");
  if (x.blocks_ahead == 0 || x.blocks_ahead > blocks_ahead_bound)
    return failure(storage::errc::invalid_argument,
                   "a consumer has 1 to 1,000 blocks ahead");
  if (x.retry_backoff <= 0ms || x.retry_backoff > time_bound)
    return failure(storage::errc::invalid_argument,
                   "a consumer pauses, at most 24 days, before it tries again");
  return {};
}

} // namespace

result<producer_body_actor>
spawn_producer_body(node& home, const producer_options& options) {
  if (auto fine = check(options); !fine)
    return failure(fine.error());
  auto& state = node_access::state(home);
  producer_body_actor made;
  bool added = state.clients.add([&] {
    producer_config config;
    config.options = options;
    config.self = state.options.config.id;
    config.routes = state.routes;
    config.controller =
        caf::actor_cast<metadata_service_actor>(state.controller);
    config.seed = random_seed();
    config.now = wall_clock;
    config.steady_now = steady_clock_ms;
    made = spawn_on(*state.system, state.next_client_lane(), producer,
                    std::move(config));
    return caf::actor_cast<caf::strong_actor_ptr>(made);
  });
  if (!added)
    return failure(storage::errc::closed, "the node has stopped");
  return made;
}

result<producer_actor> spawn_producer(node& home, producer_options options) {
  auto made = spawn_producer_body(home, options);
  if (!made)
    return failure(made.error());
  return producer_actor{*made};
}

result<consumer_body_actor> spawn_consumer_body(
    node& home, const consumer_options& options,
    const std::function<subscriber_actor(caf::actor_system&, lane_unit*)>&
        subscriber_on) {
  if (auto fine = check(options); !fine)
    return failure(fine.error());
  auto& state = node_access::state(home);
  consumer_body_actor made;
  bool added = state.clients.add([&] {
    auto* lane = state.next_client_lane();
    consumer_config config;
    config.options = options;
    config.self = state.options.config.id;
    config.routes = state.routes;
    config.subscriber = subscriber_on(*state.system, lane);
    config.read_in = make_read_in(state.disks);
    config.steady_now = steady_clock_ms;
    made = spawn_on(*state.system, lane, consumer, std::move(config));
    return caf::actor_cast<caf::strong_actor_ptr>(made);
  });
  if (!added)
    return failure(storage::errc::closed, "the node has stopped");
  return made;
}

result<consumer_actor> spawn_consumer(node& home, consumer_options options,
                                      subscriber_actor subscriber) {
  if (subscriber == nullptr)
    return failure(storage::errc::invalid_argument,
                   "a consumer needs a subscriber");
  auto made =
      spawn_consumer_body(home, options, [&](caf::actor_system&, lane_unit*) {
        return subscriber;
      });
  if (!made)
    return failure(made.error());
  return consumer_actor{*made};
}

} // namespace troupe::actors
