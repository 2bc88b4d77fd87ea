// SPDX-License-Identifier: Apache-2.0
#include "transport_actor.h"

#include "session.h"

#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace troupe::actors {

transport_actor::behavior_type
transport_of(transport_actor::stateful_pointer<transport_state> self,
             std::shared_ptr<transport::server> server) {
  auto& state = self->state;
  state.server = std::move(server);
  return {
    [&state](const stop_transport&) { return state.on_stop_transport(); },
  };
}

transport_stopped transport_state::on_stop_transport() {
  server->stop(stop_deadline);
  return {};
}

namespace {

/// What a connection knows of its session.
class session_sink final : public transport::frame_sink {
public:
  session_sink(session_actor session, lane_unit& home)
    : session_(std::move(session)), home_(home) {}

  void on_frame(transport::request_slot slot, storage::buffer frame) override {
    home_.begin_turn();
    caf::anon_send(session_, frame_received{slot, std::move(frame)});
  }

  void on_frames_delivered() override { home_.end_turn(); }

  void on_closed(const std::string& why) override {
    caf::anon_send(session_, connection_closed{why});
  }

private:
  session_actor session_;
  lane_unit& home_;
};

} // namespace

transport::accept_handler make_sessions(caf::actor_system& system,
                                        std::vector<lane_unit*> lanes,
                                        services_ptr shared) {
  return [&system, lanes = std::move(lanes), shared = std::move(shared)](
           size_t index, std::shared_ptr<transport::connection> socket)
           -> std::shared_ptr<transport::frame_sink> {
    auto actor = spawn_on(system, lanes[index], session, shared,
                          std::move(socket));
    return std::make_shared<session_sink>(std::move(actor), *lanes[index]);
  };
}

transport::read_in_handler
make_read_in(std::vector<data_directory> directories) {
  auto turn = std::make_shared<std::atomic<size_t>>(0);
  return [directories = std::move(directories),
          turn](storage::file_slice slice, std::function<void()> done) {
    auto lies_in = [&path = slice.source->path()](const data_directory& x) {
      return path.size() > x.path.size() && path.starts_with(x.path)
             && path[x.path.size()] == '/';
    };
    auto home = std::find_if(directories.begin(), directories.end(), lies_in);
    if (home == directories.end())
      home = directories.begin();
    auto next = turn->fetch_add(1, std::memory_order_relaxed);
    caf::anon_send(home->cold_readers[next % home->cold_readers.size()],
                   read_in_slice{std::move(slice), std::move(done)});
  };
}

} // namespace troupe::actors
