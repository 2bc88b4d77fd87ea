// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include "bridge.h"
#include "connection_table.h"
#include "http_session.h"
#include "session_context.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>

#include <algorithm>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace gateway {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

/// When the process is out of descriptors.
constexpr std::chrono::milliseconds accept_pause{100};
constexpr int io_threads_max = 2;

/// The caller may hear it; nobody waits for it to do so.
void turn_away(tcp::socket& socket) {
  static constexpr std::string_view busy =
      "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
      "Retry-After: 1\r\nContent-Length: 0\r\n\r\n";
  error_code ignored;
  socket.non_blocking(true, ignored);
  socket.write_some(asio::buffer(busy), ignored);
  socket.shutdown(tcp::socket::shutdown_send, ignored);
}

} // namespace

/// Destroyed from the end: actors may post until they are gone, and what was
/// posted holds connections.
struct server::state {
  explicit state(const gateway_options& x)
      : connections(x.bounds.connections_max), context{x.bounds,
                                                       origin_policy(
                                                           x.allowed_origins)},
        io(std::clamp(x.io_threads, 1, io_threads_max)),
        acceptor(asio::make_strand(io)), pause(acceptor.get_executor()) {}

  troupe::result<void> listen(const gateway_options& x);
  void run(int count);
  void accept();
  void on_accepted(error_code why, tcp::socket socket);
  bool stop(std::chrono::milliseconds deadline);

  connection_table connections;
  session_context context;
  asio::io_context io;
  tcp::acceptor acceptor;
  /// Before accepting is tried again.
  asio::steady_timer pause;
  std::string address;
  std::unique_ptr<bridge> orders;
  std::vector<std::thread> threads;
  std::mutex stopping;
  bool all_ended = true;
};

troupe::result<void> server::state::listen(const gateway_options& x) {
  error_code why;
  tcp::resolver resolver(io);
  auto found = resolver.resolve(x.host, std::to_string(x.port),
                                tcp::resolver::passive, why);
  auto fail = [&](const char* what) {
    return troupe::failure(troupe::storage::errc::invalid_argument,
                           std::string(what) + " " + x.host + ":"
                               + std::to_string(x.port) + ": " + why.message());
  };
  if (why)
    return fail("cannot find");
  auto endpoint = found.begin()->endpoint();
  acceptor.open(endpoint.protocol(), why);
  if (!why)
    acceptor.set_option(tcp::acceptor::reuse_address(true), why);
  if (!why)
    acceptor.bind(endpoint, why);
  if (!why)
    acceptor.listen(tcp::acceptor::max_listen_connections, why);
  if (!why)
    endpoint = acceptor.local_endpoint(why);
  if (why)
    return fail("cannot listen on");
  address = x.host + ":" + std::to_string(endpoint.port());
  return {};
}

void server::state::run(int count) {
  accept();
  for (int i = 0; i < std::clamp(count, 1, io_threads_max); ++i)
    threads.emplace_back([this] { io.run(); });
}

void server::state::accept() {
  // Each connection on a strand of its own.
  acceptor.async_accept(asio::make_strand(io),
                        [this](error_code why, tcp::socket socket) {
                          on_accepted(why, std::move(socket));
                        });
}

void server::state::on_accepted(error_code why, tcp::socket socket) {
  if (why == asio::error::operation_aborted || !acceptor.is_open())
    return;
  if (why) {
    pause.expires_after(accept_pause);
    pause.async_wait([this](error_code stopped) {
      if (!stopped)
        accept();
    });
    return;
  }
  if (auto place = connections.admit()) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    std::make_shared<http_session>(std::move(socket), context, std::move(place))
        ->run();
  } else {
    turn_away(socket);
  }
  accept();
}

bool server::state::stop(std::chrono::milliseconds deadline) {
  std::lock_guard lock(stopping);
  if (threads.empty())
    return all_ended;
  asio::post(acceptor.get_executor(), [this] {
    error_code ignored;
    acceptor.close(ignored);
    pause.cancel();
  });
  connections.end_all();
  all_ended = connections.wait_until_empty(deadline);
  io.stop();
  for (auto& x : threads)
    x.join();
  threads.clear();
  return all_ended;
}

server::server(std::unique_ptr<state> state) : state_(std::move(state)) {}

troupe::result<std::unique_ptr<server>>
server::start(troupe::node& home, gateway_options options) {
  auto made = std::make_unique<state>(options);
  auto orders = bridge::open(home, options.bounds);
  if (!orders)
    return troupe::failure(orders.error());
  made->orders = std::move(*orders);
  made->context.orders = made->orders.get();
  if (auto fine = made->listen(options); !fine)
    return troupe::failure(fine.error());
  made->run(options.io_threads);
  return std::unique_ptr<server>(new server(std::move(made)));
}

server::~server() {
  stop(std::chrono::milliseconds(0));
}

std::string server::address() const {
  return state_->address;
}

bool server::stop(std::chrono::milliseconds deadline) {
  return state_->stop(deadline);
}

} // namespace gateway
