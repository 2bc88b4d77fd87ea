// SPDX-License-Identifier: Apache-2.0
// Who reads for a program in this process, and for those in others, which come
// through the cluster port.
#include "node_clock.h"
#include "node_state.h"
#include "spawn_client.h"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace troupe {

namespace {

using actors::problem;

actors::remote_consumer_opened refuse(problem why) {
  actors::remote_consumer_opened x;
  x.why = std::move(why);
  return x;
}

problem unacceptable(std::string text) {
  return storage::error{storage::errc::invalid_argument, std::move(text)};
}

/// What a stranger asked for, within bounds.
result<consumer_options, problem>
options_of(const actors::open_remote_consumer& x,
           const actors::remote_feed_limits& limits) {
  consumer_options options;
  if (x.reset > static_cast<uint8_t>(offset_reset::latest))
    return tl::unexpected<problem>(unacceptable("there is no such reset"));
  options.reset = static_cast<offset_reset>(x.reset);
  options.block_bytes_max = static_cast<size_t>(
      std::min<uint64_t>(x.block_bytes_max, limits.block_bytes_max));
  options.retry_backoff = std::chrono::milliseconds(x.retry_backoff_ms);
  options.partitions_max = limits.partitions_max;
  if (auto fine = actors::check(options); !fine)
    return tl::unexpected<problem>(problem{fine.error()});
  return options;
}

/// 0: none that both know.
int32_t agreed_version(const actors::open_remote_consumer& x) {
  auto version = std::min(x.version_max, actors::remote_consume_version_max);
  return version >= actors::remote_consume_version_min
                 && version >= x.version_min
             ? version
             : 0;
}

} // namespace

actors::remote_consumer_opened
node::state::open_remote_consumer(const actors::open_remote_consumer& x) {
  constexpr actors::remote_feed_limits limits;
  if (!takes_remote_)
    return refuse({actors::errc::stopping, "the node is starting or stopping"});
  auto version = agreed_version(x);
  if (version == 0 || x.sink == nullptr)
    return refuse(unacceptable(
        "this node speaks versions "
        + std::to_string(actors::remote_consume_version_min) + " to "
        + std::to_string(actors::remote_consume_version_max)
        + " of remote consumers"));
  auto wanted = options_of(x, limits);
  if (!wanted)
    return refuse(std::move(wanted.error()));
  if (remote_consumers_->fetch_add(1) >= limits.consumers_max) {
    remote_consumers_->fetch_sub(1);
    return refuse(storage::error{storage::errc::busy,
                                 "the node has as many remote consumers as it "
                                 "may have"});
  }
  auto made = spawn_remote_feed(*wanted, x.sink);
  if (made == nullptr) {
    remote_consumers_->fetch_sub(1);
    return refuse({actors::errc::stopping, "the node is stopping"});
  }
  return {
      {}, version, actors::remote_source_actor{made}, limits.blocks_ahead_max};
}

actors::remote_feed_actor
node::state::spawn_remote_feed(const consumer_options& wanted,
                               const actors::remote_sink_actor& sink) {
  actors::lane_unit* lane = nullptr;
  actors::remote_feed_actor feed;
  bool added = clients.add([&] {
    lane = next_client_lane();
    feed = actors::spawn_on(*system, lane, actors::remote_feed, sink,
                            actors::remote_feed_limits{});
    leaving.expect(feed);
    caf::actor_cast<caf::abstract_actor*>(feed)->attach_functor(
        [count = remote_consumers_](const caf::error&) { --*count; });
    return caf::actor_cast<caf::strong_actor_ptr>(feed);
  });
  if (!added)
    return {};
  auto reader =
      spawn_reader(wanted, lane, [&](actors::lane_unit*) { return feed; });
  if (reader != nullptr)
    caf::anon_send(feed, actors::feed_from{reader});
  else
    caf::anon_send_exit(feed, caf::exit_reason::user_shutdown);
  return feed;
}

actors::consumer_body_actor node::state::spawn_reader(
    const consumer_options& wanted, actors::lane_unit* lane,
    const std::function<actors::subscriber_actor(actors::lane_unit*)>&
        subscriber_on) {
  actors::consumer_body_actor made;
  clients.add([&] {
    actors::consumer_config config;
    config.options = wanted;
    config.self = options.config.id;
    config.routes = routes;
    // A node that stopped has no lanes, and does not come here.
    auto* home = lane != nullptr ? lane : next_client_lane();
    config.subscriber = subscriber_on(home);
    config.read_in = actors::make_read_in(disks);
    config.steady_now = steady_clock_of(system_time());
    made = actors::spawn_on(*system, home, actors::consumer, std::move(config));
    return caf::actor_cast<caf::strong_actor_ptr>(made);
  });
  return made;
}

} // namespace troupe
