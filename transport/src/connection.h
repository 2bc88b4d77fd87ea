// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.h"
#include "frame_reader.h"
#include "lane_connections.h"
#include "reply_queue.h"
#include "sender.h"

#include <troupe/transport/frame_sink.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace troupe::transport {

/// One socket: frames in, answers out. Everything runs on its lane.
///
/// Work is done in turns. A read turn receives and hands frames to the sink; a
/// write turn moves answers into the socket and, when they had piled up, lets
/// reading go on. A turn that spent its budget posts itself again.
///
/// The sink holds the connection and the connection holds the sink. The end,
/// which comes exactly once (`finish`), drops the sink; `on_closed` comes from
/// the event loop, never from within a call of the sink.
class socket_connection final
    : public connection,
      public std::enable_shared_from_this<socket_connection> {
public:
  /// Null when the lane cannot watch the socket.
  static std::shared_ptr<socket_connection>
  make(std::shared_ptr<lane_connections> home, descriptor socket);

  /// Asks for a sink and starts to read.
  void open();
  /// Closes at once.
  void abort(const std::string& why);
  /// Closes when idle; once per tick.
  void sweep();
  /// The lane has room for frames.
  void room_again();

  void reply(request_slot slot, chunks answer) override;
  void close(const std::string& why) override;
  const std::string& peer() const noexcept override { return peer_; }
  const std::string& local() const noexcept override { return local_; }

private:
  socket_connection(std::shared_ptr<lane_connections> home, int socket);

  // connection_intake.cpp
  enum class intake : uint8_t { progress, drained, ended };
  void wait_readable();
  void schedule_read();
  void read_turn();
  void receive_frames();
  intake receive(size_t& budget);
  bool deliver_frames();
  bool piled_up() const noexcept;
  bool claim_fits() const noexcept;
  bool may_go_on() const noexcept;
  bool lane_has_room();
  void settle();
  void note_partial_frame() noexcept;

  // connection.cpp
  void wait_writable();
  void schedule_write();
  void write_turn();
  void after_drained();
  void release_replies();
  void go_on_reading();
  void begin_read_in(storage::file_slice slice);
  void slice_read_in();
  void count_sent(const sender::report& x) noexcept;
  void discard_received() noexcept;
  void finish(std::string why);

  const limits& bounds() const noexcept { return home_->context().bounds; }
  bool ended() const noexcept { return !socket_; }
  size_t reply_bytes() const noexcept {
    return replies_.reply_bytes() + sender_.bytes();
  }

  std::shared_ptr<lane_connections> home_;
  std::optional<lane_descriptor> socket_;
  std::shared_ptr<frame_sink> sink_;
  std::string peer_;
  std::string local_;
  frame_reader reader_;
  reply_queue replies_;
  sender sender_;

  /// Set by `close`: nothing is read any more, the queue drains.
  std::optional<std::string> closing_;
  /// The peer has shut down its side; requests in flight are still answered.
  bool peer_done_ = false;
  /// Back-pressure: nothing is read until half of what piled up is gone.
  bool paused_ = false;
  /// Bytes of the frame that is being received; its lane let it in.
  size_t frame_let_in_bytes_ = 0;
  /// What the lane counts for this connection.
  size_t charged_bytes_ = 0;
  bool waiting_for_room_ = false;
  bool in_read_turn_ = false;
  bool frames_delivered_ = false;
  bool write_scheduled_ = false;
  bool waiting_writable_ = false;
  /// Tick of the last byte in either direction.
  uint64_t active_tick_ = 0;
  /// Tick at which the frame began that is not whole yet.
  std::optional<uint64_t> partial_tick_;
};

} // namespace troupe::transport
