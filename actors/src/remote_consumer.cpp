// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/remote_consumer.h>

#include "dialer_actor.h"
#include "error_map.h"
#include "network_settings.h"
#include "remote_consumer_actor.h"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <utility>

namespace troupe::actors {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

tl::unexpected<problem> fail(problem x) {
  return tl::unexpected<problem>(std::move(x));
}

tl::unexpected<problem> refuse(const char* why) {
  return fail(storage::error{storage::errc::invalid_argument, why});
}

std::chrono::milliseconds left(clock::time_point until) {
  auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - clock::now());
  return std::max<std::chrono::milliseconds>(rest, 1ms);
}

result<remote_gate_actor, problem> dial(caf::scoped_actor& self,
                                        const remote_consumer_options& options,
                                        clock::time_point until) {
  peer_dialed dialed;
  auto dialer_of_it = self->spawn<caf::detached>(dialer, options.tls);
  self->request(dialer_of_it, left(until),
                dial_peer{options.node, left(until), left(until)})
      .receive([&](peer_dialed& x) { dialed = std::move(x); },
               [&](const caf::error& x) { dialed.why = to_problem(x); });
  if (!dialed.why.ok())
    return fail(std::move(dialed.why));
  return caf::actor_cast<remote_gate_actor>(dialed.gate);
}

remote_consumer_opened
open_there(caf::scoped_actor& self, const remote_gate_actor& gate,
           const remote_consumer_options& options,
           const remote_consumer_actor& sink, clock::time_point until) {
  open_remote_consumer question;
  question.sink = remote_sink_actor{sink};
  question.block_bytes_max = options.reading.block_bytes_max;
  question.reset = static_cast<uint8_t>(options.reading.reset);
  question.retry_backoff_ms = options.reading.retry_backoff.count();
  remote_consumer_opened opened;
  self->request(gate, left(until), std::move(question))
      .receive([&](remote_consumer_opened& x) { opened = std::move(x); },
               [&](const caf::error& x) {
                 opened.why = to_problem(x);
                 opened.why.message =
                     "the node at " + to_string(options.node)
                     + " opened no consumer: " + opened.why.message;
               });
  return opened;
}

} // namespace

void prepare_remote_consumers(caf::actor_system_config& config,
                              const remote_tls_options& tls) {
  load_network(config,
               {tls.certificate_path, tls.key_path, tls.authority_path});
}

result<consumer_actor, problem>
connect_consumer(caf::actor_system& system,
                 const remote_consumer_options& options,
                 subscriber_actor subscriber) {
  if (subscriber == nullptr || options.reading.group)
    return refuse("a remote consumer needs a subscriber, and joins no group");
  if (options.timeout < 1ms || options.timeout > 1h)
    return refuse("a remote consumer's timeout is 1 ms to an hour");
  if (!system.has_middleman())
    return refuse("the actor system was not prepared for remote consumers");
  auto until = clock::now() + options.timeout;
  caf::scoped_actor self{system};
  auto gate = dial(self, options, until);
  if (!gate)
    return fail(std::move(gate.error()));
  auto made = system.spawn(remote_consumer, std::move(subscriber));
  auto opened = open_there(self, *gate, options, made, until);
  if (opened.why.ok() && opened.source == nullptr)
    opened.why = {errc::internal, "the node named no source"};
  if (!opened.why.ok()) {
    caf::anon_send_exit(made, caf::exit_reason::user_shutdown);
    return fail(std::move(opened.why));
  }
  self->send(made,
             begin_remote_consumer{opened.source, opened.blocks_ahead_max});
  return consumer_actor{made};
}

} // namespace troupe::actors
