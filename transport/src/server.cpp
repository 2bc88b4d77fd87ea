// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/server.h>

#include "acceptor.h"
#include "lane_connections.h"
#include "server_context.h"
#include "socket_address.h"

#include <troupe/storage/assert.h>

#include <latch>
#include <utility>
#include <vector>

namespace troupe::transport {

namespace {

class tcp_server final : public server {
public:
  tcp_server(std::span<lane* const> lanes,
             std::shared_ptr<server_context> context, endpoint local,
             descriptor listening);
  ~tcp_server() override;

  endpoint local() const override { return local_; }
  result<void> start_accepting() override;
  void stop_accepting() override;
  void stop(std::chrono::milliseconds deadline) override;
  const server_counters& counters() const noexcept override {
    return context_->counters;
  }

private:
  void on_socket(descriptor socket);
  /// Runs `job` on every lane and waits for all.
  template <class Job>
  void on_every_lane(Job job);

  std::shared_ptr<server_context> context_;
  endpoint local_;
  /// Given to the acceptor.
  descriptor listening_;
  std::vector<std::shared_ptr<lane_connections>> lanes_;
  std::shared_ptr<acceptor> acceptor_;
  /// Lane of the next connection; touched by the acceptor only.
  size_t next_lane_ = 0;
  bool accepting_ = false;
  bool serving_ = false;
};

tcp_server::tcp_server(std::span<lane* const> lanes,
                       std::shared_ptr<server_context> context, endpoint local,
                       descriptor listening)
    : context_(std::move(context)), local_(std::move(local)),
      listening_(std::move(listening)) {
  for (lane* x : lanes)
    lanes_.push_back(
        std::make_shared<lane_connections>(*x, lanes_.size(), context_));
}

tcp_server::~tcp_server() {
  stop(std::chrono::milliseconds{0});
}

result<void> tcp_server::start_accepting() {
  ASSERT(acceptor_ == nullptr);
  acceptor_ = std::make_shared<acceptor>(
      lanes_.front()->home(),
      [this](descriptor socket) { on_socket(std::move(socket)); });
  for (auto& x : lanes_)
    x->home().post([x] { x->start(); });
  serving_ = true;
  auto started = acceptor_->start(std::move(listening_));
  accepting_ = started.has_value();
  return started;
}

void tcp_server::on_socket(descriptor socket) {
  if (!context_->admit_connection())
    return;
  auto& home = lanes_[next_lane_++ % lanes_.size()];
  // Shared only because a std::function must be copyable.
  auto held = std::make_shared<descriptor>(std::move(socket));
  home->home().post([home, held] { home->adopt(std::move(*held)); });
}

template <class Job>
void tcp_server::on_every_lane(Job job) {
  std::latch done(static_cast<std::ptrdiff_t>(lanes_.size()));
  for (auto& x : lanes_) {
    ASSERT(!x->home().running_in_this_thread());
    x->home().post([&] {
      job(*x);
      done.count_down();
    });
  }
  done.wait();
}

void tcp_server::stop_accepting() {
  if (!std::exchange(accepting_, false))
    return;
  on_every_lane([this](lane_connections& x) {
    if (x.index() == 0)
      acceptor_->close();
  });
}

void tcp_server::stop(std::chrono::milliseconds deadline) {
  stop_accepting();
  if (!std::exchange(serving_, false))
    return;
  const std::string why = "the server stops";
  on_every_lane([&](lane_connections& x) { x.close_all(why); });
  if (!context_->wait_until_empty(deadline)) {
    on_every_lane([&](lane_connections& x) { x.abort_all(why); });
    context_->wait_until_empty();
  }
  on_every_lane([](lane_connections& x) { x.end(); });
  context_->end();
}

} // namespace

result<std::unique_ptr<server>>
server::listen(const endpoint& at, std::span<lane* const> lanes,
               const limits& bounds, accept_handler accept,
               read_in_handler read_in) {
  ASSERT(!lanes.empty());
  ASSERT(accept != nullptr);
  auto socket = open_listening_socket(at);
  if (!socket)
    return failure(std::move(socket.error()));
  auto local = local_endpoint(socket->get());
  auto context = std::make_shared<server_context>(bounds, std::move(accept),
                                                  std::move(read_in));
  return std::make_unique<tcp_server>(lanes, std::move(context),
                                      std::move(local), std::move(*socket));
}

} // namespace troupe::transport
