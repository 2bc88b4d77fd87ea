// SPDX-License-Identifier: Apache-2.0
#include "http_session.h"

#include "page.h"
#include "refusal.h"
#include "stream_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using beast::error_code;

namespace {

constexpr size_t read_bytes = 4 << 10;
/// What Beast reads at once beyond the header.
constexpr size_t buffer_bytes_more = 64 << 10;
/// A client that is told no while it sends is listened to a little longer, or
/// its system would drop our answer.
constexpr std::chrono::seconds drain_time{2};

std::string_view view(beast::string_view x) {
  return {x.data(), x.size()};
}

} // namespace

http_session::http_session(asio::ip::tcp::socket socket,
                           session_context& context,
                           std::unique_ptr<connection_table::place> place)
    : stream_(std::move(socket)), context_(context), place_(std::move(place)),
      buffer_(context.bounds.header_bytes_max + buffer_bytes_more) {}

void http_session::run() {
  asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
    self->place_->on_end([weak = self->weak_from_this()] {
      if (auto alive = weak.lock())
        asio::post(alive->stream_.get_executor(),
                   [alive] { alive->end_soon(); });
    });
    self->await_request();
  });
}

void http_session::await_request() {
  phase_ = phase::idle;
  parser_.emplace();
  parser_->header_limit(context_.bounds.header_bytes_max);
  parser_->body_limit(context_.bounds.body_bytes_max);
  if (buffer_.size() > 0)
    return read_head();
  stream_.expires_after(context_.bounds.idle_timeout);
  stream_.async_read_some(
      buffer_.prepare(read_bytes),
      [self = shared_from_this()](error_code why, size_t bytes) {
        if (why)
          return self->close();
        self->buffer_.commit(bytes);
        self->read_head();
      });
}

void http_session::read_head() {
  phase_ = phase::receiving;
  // One deadline for the whole request, however slowly bytes come.
  stream_.expires_after(context_.bounds.request_timeout);
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](error_code why, size_t) {
                            if (why)
                              return self->on_broken(why);
                            self->on_head();
                          });
}

void http_session::on_head() {
  const auto& x = parser_->get();
  request_head head;
  head.method = view(x.method_string());
  head.target = view(x.target());
  head.host = view(x[http::field::host]);
  head.origin = view(x[http::field::origin]);
  head.content_type = view(x[http::field::content_type]);
  head.accept = view(x[http::field::accept]);
  head.upgrade = beast::websocket::is_upgrade(x);
  plan_ = plan_request(head, context_.origins, context_.bounds);
  bool refused = std::holds_alternative<answer>(plan_);
  // Who asks first whether to send the body is told now.
  if (beast::iequals(x[http::field::expect], "100-continue") && !refused) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(go_on),
                      [self = shared_from_this()](error_code why, size_t) {
                        if (why)
                          return self->close();
                        self->read_body();
                      });
    return;
  }
  if (refused && !parser_->is_done()) {
    last_ = true;
    unread_ = true;
    return respond(std::move(std::get<answer>(plan_)));
  }
  read_body();
}

void http_session::on_broken(error_code why) {
  last_ = true;
  unread_ = true;
  if (why == http::error::header_limit || why == http::error::buffer_overflow)
    return respond(
        to_answer(bad_request(431, "the headers are too large").value()));
  if (why == http::error::body_limit)
    return respond(to_answer(refusal{
        413, troupe::kafka::error_code::message_too_large,
        "a body has at most " + std::to_string(context_.bounds.body_bytes_max)
            + " bytes"}));
  bool hung_up =
      why == http::error::end_of_stream || why == http::error::partial_message;
  bool malformed =
      why.category() == error_code(http::error::bad_method).category();
  if (malformed && !hung_up)
    return respond(to_answer(bad_request("this is not HTTP/1.1").value()));
  close();
}

void http_session::read_body() {
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](error_code why, size_t) {
                     if (why)
                       return self->on_broken(why);
                     self->on_request();
                   });
}

void http_session::on_request() {
  stream_.expires_never();
  last_ = last_ || !parser_->get().keep_alive();
  phase_ = phase::working;
  std::visit([this](auto& x) { carry_out(x); }, plan_);
}

void http_session::carry_out(answer& x) {
  respond(std::move(x));
}

void http_session::carry_out(append_plan& x) {
  append_order order;
  order.to = std::move(x.to);
  auto body = std::move(parser_->get().body());
  if (x.json)
    order.what = json_body{std::move(body)};
  else
    order.what = value_body{std::move(body)};
  order.told = [self = shared_from_this()](answer x) {
    asio::post(
        self->stream_.get_executor(),
        [self, x = std::move(x)]() mutable { self->respond(std::move(x)); });
  };
  context_.orders->append(std::move(order));
}

void http_session::carry_out(page_plan& x) {
  const auto& bounds = context_.bounds;
  read_order order;
  order.what = x.from.what;
  order.from = x.from.offset;
  order.format = x.format;
  order.bounds = {x.from.bytes_max, bounds.record_bytes_max};
  order.block_bytes_max = x.from.bytes_max;
  order.wait = ending_ ? std::chrono::milliseconds(0) : x.from.wait;
  order.read_timeout = bounds.read_timeout;
  order.told = [self = shared_from_this(), format = x.format](outcome<page> x) {
    answer out = x ? to_answer(std::move(*x), format) : to_answer(x.error());
    asio::post(self->stream_.get_executor(),
               [self, out = std::move(out)]() mutable {
                 self->reading_ = 0;
                 self->respond(std::move(out));
               });
  };
  reading_ = context_.orders->read(std::move(order));
  watch_for_hang_up();
}

void http_session::carry_out(stream_plan& x) {
  if (ending_)
    return respond(to_answer(to_refusal(troupe::actors::problem(
        troupe::actors::errc::stopping, "the gateway is stopping"))));
  std::make_shared<stream_session>(stream_.release_socket(), context_,
                                   std::move(place_), std::move(x.from))
      ->run(parser_->release());
}

/// A client that waits for records and goes away frees its place at once.
void http_session::watch_for_hang_up() {
  stream_.socket().async_wait(
      asio::ip::tcp::socket::wait_read,
      [self = shared_from_this()](error_code why) {
        if (why || self->phase_ != phase::working)
          return;
        std::array<char, 1> byte{};
        error_code gone;
        self->stream_.socket().non_blocking(true, gone);
        auto bytes = self->stream_.socket().receive(
            asio::buffer(byte), asio::ip::tcp::socket::message_peek, gone);
        if (bytes == 0 && gone != asio::error::would_block)
          self->context_.orders->end(self->reading_);
      });
}

void http_session::respond(answer x) {
  if (phase_ == phase::answering)
    return;
  phase_ = phase::answering;
  // Ends the watch for a hang-up, if there is one.
  error_code ignored;
  stream_.socket().cancel(ignored);
  const auto& request = parser_->get();
  response_ = {static_cast<http::status>(x.status), 11};
  response_.set(http::field::server, "troupe-gateway");
  for (const auto& [name, value] :
       context_.origins.headers_for(view(request[http::field::origin])))
    response_.set(name, value);
  for (const auto& [name, value] : x.headers)
    response_.set(name, value);
  response_.keep_alive(!last_);
  if (x.status != 204) {
    response_.set(http::field::content_type, x.content_type);
    response_.body() = std::move(x.body);
    response_.prepare_payload();
  }
  stream_.expires_after(context_.bounds.write_timeout);
  http::async_write(stream_, response_,
                    [self = shared_from_this()](error_code why, size_t) {
                      if (why)
                        return self->close();
                      self->on_responded();
                    });
}

void http_session::on_responded() {
  response_ = {};
  if (!last_)
    return await_request();
  if (!unread_)
    return close();
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  stream_.expires_after(drain_time);
  buffer_.clear();
  drain(context_.bounds.body_bytes_max);
}

void http_session::drain(size_t bytes_left) {
  buffer_.clear();
  stream_.async_read_some(
      buffer_.prepare(std::min(buffer_bytes_more, bytes_left)),
      [self = shared_from_this(), bytes_left](error_code why, size_t bytes) {
        if (why || bytes >= bytes_left)
          return self->close();
        self->drain(bytes_left - bytes);
      });
}

void http_session::end_soon() {
  ending_ = true;
  last_ = true;
  // What has begun is answered.
  if (phase_ == phase::idle)
    return close();
  if (reading_ != 0)
    context_.orders->end(reading_);
}

void http_session::close() {
  // What is under way ends with an error and lets go of the session.
  stream_.close();
}

} // namespace gateway
