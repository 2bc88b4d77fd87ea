// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"
#include "connection_table.h"
#include "request_plan.h"
#include "session_context.h"

#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace gateway {

/// A connection that speaks HTTP/1.1, one request after the other: what a
/// client sends ahead waits in the socket. Lives in its strand's handlers, and
/// shared because each of them, and the actor that answers, holds on to it.
class http_session : public std::enable_shared_from_this<http_session> {
public:
  http_session(boost::asio::ip::tcp::socket socket, session_context& context,
               std::unique_ptr<connection_table::place> place);

  /// Begins to read.
  void run();

private:
  enum class phase : uint8_t {
    /// No byte of a request has come.
    idle,
    receiving,
    /// Actors are at work.
    working,
    answering,
  };

  void await_request();
  void read_head();
  void on_head();
  void on_broken(boost::beast::error_code why);
  void read_body();
  void on_request();
  void carry_out(answer& x);
  void carry_out(append_plan& x);
  void carry_out(page_plan& x);
  void carry_out(stream_plan& x);
  void watch_for_hang_up();
  void respond(answer x);
  void on_responded();
  void drain(size_t bytes_left);
  void end_soon();
  void close();

  boost::beast::tcp_stream stream_;
  session_context& context_;
  std::unique_ptr<connection_table::place> place_;
  boost::beast::flat_buffer buffer_;
  std::optional<
      boost::beast::http::request_parser<boost::beast::http::string_body>>
      parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  request_plan plan_;
  phase phase_ = phase::idle;
  /// Of the request in work, when it waits for records; 0: none.
  uint64_t reading_ = 0;
  /// The gateway stops.
  bool ending_ = false;
  /// Nothing is read after the answer.
  bool last_ = false;
  /// The client may still be sending what the answer did not wait for.
  bool unread_ = false;
};

} // namespace gateway
