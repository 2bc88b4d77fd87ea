// SPDX-License-Identifier: Apache-2.0
#include "spawn_client.h"

#include "node_access.h"
#include "node_clock.h"
#include "thread_of_the_moment.h"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
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
/// Groups stand in the keys of records, which have no room for longer ones.
constexpr size_t group_id_bytes_max = 32'767;

std::string new_member_id() {
  storage::uuid id;
  std::mt19937_64 random(random_seed());
  for (auto& byte : id.bytes)
    byte = static_cast<uint8_t>(random());
  return to_string(id);
}

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

result<void> check(const consumer_group_options& x) {
  using namespace std::chrono_literals;
  if (x.group_id.empty() || x.group_id.size() > group_id_bytes_max)
    return failure(storage::errc::invalid_argument,
                   "a group has a name of 1 to 32,767 bytes");
  if (x.topics.empty() || std::ranges::count(x.topics, "") > 0)
    return failure(storage::errc::invalid_argument,
                   "a member of a group subscribes to topics");
  if (x.rebalance_timeout < 2ms || x.rebalance_timeout > time_bound
      || x.auto_commit_interval < 0ms || x.auto_commit_interval > time_bound)
    return failure(storage::errc::invalid_argument,
                   "a member's times are at most 24 days, its rebalance "
                   "timeout at least 2 ms");
  return {};
}

} // namespace

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
  if (x.group)
    return check(*x.group);
  return {};
}

result<producer_body_actor>
spawn_producer_body(node& home, const producer_options& options) {
  if (auto fine = check(options); !fine)
    return failure(fine.error());
  auto& state = node_access::state(home);
  producer_body_actor made;
  auto spawn = [&] {
    producer_config config;
    config.options = options;
    config.self = state.options.config.id;
    config.routes = state.routes;
    config.controller =
        caf::actor_cast<metadata_service_actor>(state.controller);
    config.seed = random_seed();
    config.now = wall_clock_of(state.time);
    config.steady_now = steady_clock_of(system_time());
    made = spawn_on(*state.system, state.next_client_lane(), producer,
                    std::move(config));
    return caf::actor_cast<caf::strong_actor_ptr>(made);
  };
  if (!on_thread_of_the_moment([&] { return state.clients.add(spawn); }))
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
  auto made = on_thread_of_the_moment([&] {
    return state.spawn_reader(options, nullptr, [&](lane_unit* lane) {
      return subscriber_on(*state.system, lane);
    });
  });
  if (made == nullptr)
    return failure(storage::errc::closed, "the node has stopped");
  return made;
}

result<consumer_actor> spawn_consumer(node& home, consumer_options options,
                                      subscriber_actor subscriber) {
  if (subscriber == nullptr)
    return failure(storage::errc::invalid_argument,
                   "a consumer needs a subscriber");
  if (options.group)
    return failure(storage::errc::invalid_argument,
                   "a member of a group is made by spawn_group_consumer");
  auto made =
      spawn_consumer_body(home, options, [&](caf::actor_system&, lane_unit*) {
        return subscriber;
      });
  if (!made)
    return failure(made.error());
  return consumer_actor{*made};
}

result<group_member_body_actor>
spawn_group_member_body(node& home, const consumer_options& options,
                        consumer_body_actor consumer,
                        group_subscriber_actor subscriber) {
  auto& state = node_access::state(home);
  group_member_body_actor made;
  auto spawn = [&] {
    group_member_config config;
    config.options = options;
    config.member_id = new_member_id();
    config.self = state.options.config.id;
    config.broker = state.options.config;
    config.routes = state.routes;
    config.coordinator = group_coordinator_actor{state.groups};
    config.controller =
        caf::actor_cast<metadata_service_actor>(state.controller);
    config.consumer = consumer;
    config.subscriber = subscriber;
    config.steady_now = steady_clock_of(system_time());
    made = spawn_on(*state.system, state.next_client_lane(), group_member,
                    std::move(config));
    return made;
  };
  if (!on_thread_of_the_moment([&] { return state.clients.add_member(spawn); }))
    return failure(storage::errc::closed, "the node has stopped");
  return made;
}

result<group_consumer_actor>
spawn_group_consumer(node& home, consumer_options options,
                     group_subscriber_actor subscriber) {
  if (subscriber == nullptr || !options.group)
    return failure(storage::errc::invalid_argument,
                   "a member of a group needs a subscriber and a group");
  auto body =
      spawn_consumer_body(home, options, [&](caf::actor_system&, lane_unit*) {
        return subscriber_actor{subscriber};
      });
  if (!body)
    return failure(body.error());
  auto made = spawn_group_member_body(home, options, *body, subscriber);
  if (!made)
    return failure(made.error());
  return group_consumer_actor{*made};
}

} // namespace troupe::actors
