// SPDX-License-Identifier: Apache-2.0
#include "stream_session.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>

#include <string_view>
#include <variant>

namespace gateway {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using beast::error_code;

namespace {

/// As RFC 6455 allows in a close frame, beside the code.
constexpr size_t reason_bytes_max = 123;

websocket::close_reason reason_of(const refusal& x) {
  auto code = x.status < 500 ? websocket::close_code::policy_error
                             : websocket::close_code::try_again_later;
  auto name = troupe::kafka::name(x.code).substr(0, reason_bytes_max);
  return {code, beast::string_view(name.data(), name.size())};
}

} // namespace

stream_session::stream_session(asio::ip::tcp::socket socket,
                               session_context& context,
                               std::unique_ptr<connection_table::place> place,
                               stream_target from)
    : socket_(std::move(socket)), context_(context), place_(std::move(place)),
      from_(std::move(from)), write_deadline_(socket_.get_executor()),
      window_(from_.credit, context.bounds.credit_max,
              context.bounds.frames_unsent_max) {}

void stream_session::run(request_type request) {
  request_ = std::move(request);
  place_->on_end([weak = weak_from_this()] {
    if (auto alive = weak.lock())
      asio::post(alive->socket_.get_executor(), [alive] { alive->end_soon(); });
  });
  websocket::stream_base::timeout times{};
  times.handshake_timeout = context_.bounds.request_timeout;
  times.idle_timeout = context_.bounds.idle_timeout;
  times.keep_alive_pings = true;
  socket_.set_option(times);
  socket_.read_message_max(context_.bounds.frame_bytes_max);
  socket_.async_accept(request_, [self = shared_from_this()](error_code why) {
    if (why)
      return self->close();
    self->request_ = {};
    self->begin();
  });
}

void stream_session::begin() {
  const auto& bounds = context_.bounds;
  read_order order;
  order.what = from_.what;
  order.from = from_.offset;
  order.format = from_.format;
  order.bounds = {bounds.frame_bytes_max, bounds.record_bytes_max};
  order.block_bytes_max = bounds.frame_bytes_max;
  order.read_timeout = bounds.read_timeout;
  order.told = [self = shared_from_this()](outcome<page> x) {
    asio::post(
        self->socket_.get_executor(),
        [self, x = std::move(x)]() mutable { self->on_page(std::move(x)); });
  };
  reading_ = context_.orders->read(std::move(order));
  ask_for_pages();
  read();
}

void stream_session::ask_for_pages() {
  if (auto pages = window_.take(); pages > 0)
    context_.orders->grant(reading_, pages);
}

void stream_session::on_page(outcome<page> x) {
  if (!x) {
    reading_ = 0;
    return refuse(x.error());
  }
  push({frame_kind::page, std::move(x->bytes)});
}

void stream_session::read() {
  if (std::exchange(receiving_, true))
    return;
  in_.clear();
  socket_.async_read(in_, [self = shared_from_this()](error_code why, size_t) {
    self->receiving_ = false;
    if (why)
      return self->close();
    self->on_message();
  });
}

void stream_session::on_message() {
  // The close handshake reads what follows.
  if (last_word_)
    return;
  if (!socket_.got_text())
    return refuse(bad_request("messages are text").value());
  auto bytes = in_.data();
  std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  auto message = decode_message(text, from_.what, context_.bounds);
  if (!message)
    return refuse(message.error());
  std::visit([this](auto& x) { carry_out(x); }, *message);
  reads_paused_ = appends_ >= context_.bounds.requests_in_flight_max;
  if (!reads_paused_ && !last_word_)
    read();
}

void stream_session::carry_out(const credit_message& x) {
  if (!window_.grant(x.pages))
    return refuse(bad_request("no more than "
                              + std::to_string(context_.bounds.credit_max)
                              + " pages may be granted and not sent")
                      .value());
  ask_for_pages();
}

void stream_session::carry_out(produce_message& x) {
  ++appends_;
  append_order order;
  order.to.topic = from_.what.topic;
  order.what = std::move(x.records);
  order.told = [self = shared_from_this(), id = x.id](answer x) {
    asio::post(self->socket_.get_executor(),
               [self, id, x = std::move(x)] { self->on_appended(id, x); });
  };
  context_.orders->append(std::move(order));
}

void stream_session::on_appended(uint64_t id, const answer& x) {
  push({frame_kind::answer, "{\"id\":" + std::to_string(id)
                                + ",\"status\":" + std::to_string(x.status)
                                + ",\"answer\":" + x.body + "}"});
}

void stream_session::refuse(const refusal& x) {
  if (last_word_)
    return;
  last_word_ = reason_of(x);
  push({frame_kind::error, to_json(x)});
}

void stream_session::push(frame x) {
  // Nothing follows an error.
  if (last_word_ && x.kind != frame_kind::error)
    return;
  out_.push_back(std::move(x));
  write();
}

void stream_session::write() {
  if (writing_ || out_.empty())
    return;
  writing_ = true;
  const auto& next = out_.front();
  socket_.binary(next.kind == frame_kind::page
                 && from_.format == page_format::binary);
  write_deadline_.expires_after(context_.bounds.write_timeout);
  write_deadline_.async_wait([weak = weak_from_this()](error_code stopped) {
    if (auto alive = weak.lock(); alive && !stopped)
      alive->close();
  });
  socket_.async_write(asio::buffer(next.bytes),
                      [self = shared_from_this()](error_code why, size_t) {
                        if (why)
                          return self->close();
                        self->on_written();
                      });
}

void stream_session::on_written() {
  writing_ = false;
  write_deadline_.cancel();
  auto kind = out_.front().kind;
  out_.pop_front();
  if (kind == frame_kind::page) {
    window_.sent();
    ask_for_pages();
  }
  if (kind == frame_kind::answer) {
    --appends_;
    if (std::exchange(reads_paused_, false))
      read();
  }
  if (last_word_ && out_.empty())
    return say_goodbye();
  write();
}

void stream_session::end_soon() {
  if (last_word_)
    return;
  last_word_ = websocket::close_reason(websocket::close_code::going_away);
  // What is being written has to end; the rest was not promised.
  if (out_.size() > 1)
    out_.erase(out_.begin() + 1, out_.end());
  if (!writing_)
    say_goodbye();
}

void stream_session::say_goodbye() {
  socket_.async_close(
      *last_word_, [self = shared_from_this()](error_code) { self->close(); });
}

void stream_session::close() {
  if (reading_ != 0)
    context_.orders->end(std::exchange(reading_, 0));
  write_deadline_.cancel();
  beast::get_lowest_layer(socket_).close();
}

} // namespace gateway
