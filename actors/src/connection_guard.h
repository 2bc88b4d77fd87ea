// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/event_handler.hpp>
#include <caf/io/network/native_socket.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

namespace troupe::actors {

/// Who connects to the cluster port speaks first, with TLS and without. Long
/// enough for a handshake with a machine that has too much to do.
inline constexpr std::chrono::seconds peer_silence_max{5};
/// For the other end to take what a connection that was closed here had still
/// to say. The end of a process waits for that.
inline constexpr std::chrono::seconds peer_closing_max{2};
/// Silent connections at a time; of more, the oldest are ended.
inline constexpr size_t silent_connections_max = 128;

class connection_guard;

/// The accepted connections of one listener that said nothing yet, oldest
/// first.
using silent_connections = std::list<connection_guard*>;

/// Ends a connection that CAF would keep: one that was accepted and says
/// nothing, for ever, and one that was closed here while the other end takes
/// nothing, for long. Beside the connection's socket, and gone before it; in
/// the multiplexer's thread.
class connection_guard {
public:
  connection_guard(caf::io::network::default_multiplexer& home,
                   caf::io::network::native_socket socket)
      : home_(home), socket_(socket) {}
  connection_guard(const connection_guard&) = delete;
  connection_guard& operator=(const connection_guard&) = delete;
  ~connection_guard();

  /// It was accepted, and must say something.
  void on_accepted(std::shared_ptr<silent_connections> silent);
  /// It said something.
  void on_heard();
  /// This end has nothing more to say.
  void on_closing();
  /// Takes the connection's handler out of the loop. CAF forgets, and never
  /// frees, one that is still on its way into it: that one sees its end there.
  void leave_loop(caf::io::network::event_handler& stream);

private:
  class timer;

  void end_after(std::chrono::seconds time);
  /// Ends the connection in both directions, now.
  void end();
  void leave_silent();
  void stop_timer();

  caf::io::network::default_multiplexer& home_;
  caf::io::network::native_socket socket_;
  /// Null: it was heard, or not accepted.
  std::shared_ptr<silent_connections> silent_;
  silent_connections::iterator place_;
  /// Deletes itself after it was stopped.
  timer* timer_ = nullptr;
};

} // namespace troupe::actors
