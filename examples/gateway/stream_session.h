// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"
#include "client_message.h"
#include "connection_table.h"
#include "page.h"
#include "refusal.h"
#include "session_context.h"
#include "stream_window.h"
#include "target.h"

#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace gateway {

/// A WebSocket that records of one partition come through, as many pages as its
/// client grants, and that takes records. Lives in its strand's handlers, and
/// shared because each of them, and the actors that answer, hold on to it.
class stream_session : public std::enable_shared_from_this<stream_session> {
public:
  using request_type =
      boost::beast::http::request<boost::beast::http::string_body>;

  stream_session(boost::asio::ip::tcp::socket socket, session_context& context,
                 std::unique_ptr<connection_table::place> place,
                 stream_target from);

  /// Answers the handshake and begins. On the socket's strand.
  void run(request_type request);

private:
  enum class frame_kind : uint8_t { page, answer, error };

  struct frame {
    frame_kind kind = frame_kind::page;
    std::string bytes;
  };

  void begin();
  void ask_for_pages();
  void on_page(outcome<page> x);
  void read();
  void on_message();
  void carry_out(const credit_message& x);
  void carry_out(produce_message& x);
  void on_appended(uint64_t id, const answer& x);
  void refuse(const refusal& x);
  void push(frame x);
  void write();
  void on_written();
  void end_soon();
  void say_goodbye();
  void close();

  boost::beast::websocket::stream<boost::beast::tcp_stream> socket_;
  session_context& context_;
  std::unique_ptr<connection_table::place> place_;
  stream_target from_;
  request_type request_;
  boost::beast::flat_buffer in_;
  /// Bounded by the window, by requests_in_flight_max, and one error.
  std::deque<frame> out_;
  bool writing_ = false;
  boost::asio::steady_timer write_deadline_;
  stream_window window_;
  uint64_t reading_ = 0;
  /// Produce messages whose answers are not written yet.
  uint32_t appends_ = 0;
  bool reads_paused_ = false;
  /// A read of the socket is under way.
  bool receiving_ = false;
  /// Why it closes when what is queued is written; none: it does not.
  std::optional<boost::beast::websocket::close_reason> last_word_;
};

} // namespace gateway
