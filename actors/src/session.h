// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "deadlines.h"
#include "error_map.h"
#include "lane_hosted.h"
#include "sequential_reads.h"
#include "services.h"

#include <troupe/actors/interfaces.h>
#include <troupe/transport/frame_sink.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/error_code.h>
#include <troupe/transport/kafka/request_header.h>

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace troupe::actors {

struct session_state;
using session_pointer = lane_pointer<session_actor, session_state>;

/// A request that is being served.
struct request {
  transport::request_slot slot = 0;
  kafka::request_header header;
  storage::buffer frame;
  /// Where the body begins in `frame`.
  size_t body = 0;

  int16_t version() const noexcept { return header.api_version; }

  template <class T>
  result<T> decode() const {
    return kafka::decode_request<T>(frame, body, header.api_version);
  }
};

using request_ptr = std::shared_ptr<const request>;

/// Longest that a session waits for the controller or a partition to answer
/// an administrative request.
inline constexpr std::chrono::seconds admin_timeout{30};

/// One connection's requests. Handlers (handlers/*.cpp) are functions over it:
/// each answers its request exactly once through `reply`, at once or later.
struct session_state {
  /// Those below name the session's own timers.
  static constexpr ticket_t sweep_ticket = 0;
  static constexpr ticket_t group_sweep_ticket = 1;
  static constexpr ticket_t first_ticket = 2;

  static inline const char* name = "session";

  session_state(session_pointer self) : self(self) {}
  ~session_state();

  void
  open(services_ptr shared_services, std::shared_ptr<transport::connection> to);

  /// The metadata and actors to serve this request with; take it once.
  routing_ptr routes() const { return shared->routes->get(); }

  template <class Response>
  void reply(const request& to, const Response& x) {
    auto answer =
        kafka::encode_response(x, to.version(), to.header.correlation_id);
    if (answer.empty())
      return close("the answer is larger than 2 GiB");
    socket->reply(to.slot, std::move(answer));
  }

  /// Produce with acks=0.
  void reply_nothing(const request& to) { socket->reply(to.slot, {}); }

  /// Protocol violation or acks=0 failure: the only answer is to hang up.
  void close(const std::string& why) { socket->close(why); }

  /// Hot path: ask a partition, `then` runs when its answer comes. Exactly
  /// once; also with errc::timed_out or errc::stopping.
  void append(const partition_actor& to, storage::buffer batch, int16_t acks,
              std::chrono::milliseconds timeout,
              std::function<void(append_finished&)> then);
  /// The same through the stages of a topic.
  void append(const stage_desk_actor& through,
              const storage::topic_partition& name, const partition_actor& to,
              storage::buffer batch, int16_t acks,
              std::chrono::milliseconds timeout,
              std::function<void(append_finished&)> then);
  void read(const partition_actor& from, read_records what,
            std::function<void(read_finished&)> then);
  /// The same without asking, while the client reads on where it was.
  std::optional<read_finished>
  read_on(const partition_actor& from, const read_records& what);
  /// What readers see of a slice; `then` runs once.
  void view(const view_desk_actor& through, view_slice what,
            std::function<void(slice_viewed&)> then);
  /// `then` runs once records above `above` can be read, unless `unwatch`
  /// comes first.
  ticket_t watch(const partition_actor& what, storage::offset_t above,
                 std::function<void()> then);
  void unwatch(const partition_actor& what, ticket_t watch);
  /// Asks the coordinator of a group, `then` runs once; when no answer came
  /// within `patience`, with coordinator_not_available.
  template <class Answer, class Request>
  void call_group(Request x, std::chrono::milliseconds patience,
                  std::function<void(const Answer&)> then) {
    auto ticket = await_group(patience, [then](const group_answered* found) {
      Answer late;
      late.error = cluster::group_error::coordinator_not_available;
      const auto* answer =
          found != nullptr ? std::get_if<Answer>(&found->answer.what) : nullptr;
      then(answer != nullptr ? *answer : late);
    });
    self->send(shared->groups, group_call<Request>{ticket, std::move(x), self});
  }
  /// Asks for committed offsets, `then` runs once with as many groups.
  void fetch_offsets(std::vector<offsets_query> x,
                     std::function<void(const offsets_fetched&)> then);
  /// `then` runs once after `delay` unless cancelled.
  ticket_t after(std::chrono::milliseconds delay, std::function<void()> then);
  void cancel(ticket_t timer);

  void on_frame_received(frame_received& x);
  void on_connection_closed(const connection_closed& x);
  void on_append_finished(append_finished& x);
  void on_read_finished(read_finished& x);
  void on_records_available(const records_available& x);
  void on_group_answered(const group_answered& x);
  void on_offsets_fetched(const offsets_fetched& x);
  void on_deadline_due();

  session_pointer self;
  services_ptr shared;
  std::shared_ptr<transport::connection> socket;

private:
  struct awaited_append {
    deadlines::clock::time_point deadline;
    std::function<void(append_finished&)> then;
  };
  struct awaited_read {
    caf::actor_id partition;
    deadlines::clock::time_point deadline;
    std::function<void(read_finished&)> then;
  };

  struct awaited_group {
    deadlines::clock::time_point deadline;
    /// Null: it did not answer in time.
    std::function<void(const group_answered*)> then;
  };
  struct awaited_offsets {
    deadlines::clock::time_point deadline;
    size_t groups = 0;
    std::function<void(const offsets_fetched&)> then;
  };

  struct awaited_time {
    deadlines::clock::time_point when;
    std::function<void()> then;
  };

  /// A partition that has promised to tell about records above `above`: one
  /// promise, however many requests wait for it. Gone when it is kept, which
  /// it is also by a partition that ends.
  struct watched_partition {
    partition_actor actor;
    storage::offset_t above = 0;
    std::unordered_map<ticket_t, std::function<void()>> waiting;
  };

  void serve(const request_ptr& x);
  ticket_t await_append(std::chrono::milliseconds timeout,
                        std::function<void(append_finished&)> then);
  /// Arms the actor's one timer for the earliest deadline.
  void arm();
  void arm_sweep();
  /// Ends appends and reads that are overdue.
  void sweep(deadlines::clock::time_point now);

  // session_groups.cpp
  ticket_t await_group(std::chrono::milliseconds patience,
                       std::function<void(const group_answered*)> then);
  void arm_group_sweep();
  void sweep_groups(deadlines::clock::time_point now);
  void forget_groups();

  ticket_t next_ticket_ = first_ticket;
  std::unordered_map<ticket_t, awaited_append> appends_;
  std::unordered_map<ticket_t, awaited_read> reads_;
  sequential_reads places_;
  std::unordered_map<ticket_t, awaited_group> group_calls_;
  std::unordered_map<ticket_t, awaited_offsets> offset_fetches_;
  std::unordered_map<ticket_t, awaited_time> timers_;
  std::unordered_map<caf::actor_id, watched_partition> watched_;
  deadlines deadlines_;
  bool sweeping_ = false;
  bool sweeping_groups_ = false;
};

session_actor::behavior_type
session(session_pointer self, services_ptr shared,
        std::shared_ptr<transport::connection> socket);

} // namespace troupe::actors
