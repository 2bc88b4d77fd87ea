// SPDX-License-Identifier: Apache-2.0
#include "connection_guard.h"

#include <cstdint>
#include <utility>

#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace troupe::actors {

using caf::io::network::default_multiplexer;
using caf::io::network::event_handler;
using caf::io::network::operation;

/// CAF's multiplexer knows no time, but it knows descriptors.
class connection_guard::timer final : public event_handler {
public:
  timer(default_multiplexer& home, int descriptor, connection_guard* owner)
      : event_handler(home, descriptor), owner_(owner) {
    activate();
  }

  void set(std::chrono::seconds time) { set(timespec{time.count(), 0}); }

  void stop() {
    owner_ = nullptr;
    // To leave the loop right here would be forgotten: connections end while
    // the loop goes through its list of those who leave.
    set(timespec{0, 1});
  }

  void handle_event(operation) override {
    uint64_t rounds = 0;
    // It may have been set anew while this event was on its way.
    if (::read(fd(), &rounds, sizeof(rounds)) <= 0)
      return;
    if (auto* owner = std::exchange(owner_, nullptr)) {
      owner->timer_ = nullptr;
      // The connection's own handler sees its end, and closes it.
      owner->end();
    }
    passivate();
  }

  void removed_from_loop(operation) override { delete this; }
  void graceful_shutdown() override {}

private:
  void set(timespec time) {
    itimerspec once{.it_interval = {}, .it_value = time};
    timerfd_settime(fd(), 0, &once, nullptr);
  }

  connection_guard* owner_;
};

connection_guard::~connection_guard() {
  leave_silent();
  stop_timer();
}

void connection_guard::on_accepted(std::shared_ptr<silent_connections> silent) {
  if (silent->size() >= silent_connections_max)
    silent->front()->end();
  silent_ = std::move(silent);
  place_ = silent_->insert(silent_->end(), this);
  end_after(peer_silence_max);
}

void connection_guard::on_heard() {
  if (silent_ == nullptr)
    return;
  leave_silent();
  stop_timer();
}

void connection_guard::on_closing() {
  leave_silent();
  end_after(peer_closing_max);
}

void connection_guard::leave_loop(event_handler& stream) {
  if (stream.eventbf() != 0)
    stream.passivate();
  else
    end();
}

void connection_guard::end_after(std::chrono::seconds time) {
  if (timer_ == nullptr) {
    auto descriptor =
        timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (descriptor < 0) {
      // No descriptors left: one connection less is what helps.
      end();
      return;
    }
    timer_ = new timer(home_, descriptor, this);
  }
  timer_->set(time);
}

void connection_guard::end() {
  leave_silent();
  ::shutdown(socket_, SHUT_RDWR);
}

void connection_guard::leave_silent() {
  if (auto silent = std::exchange(silent_, nullptr))
    silent->erase(place_);
}

void connection_guard::stop_timer() {
  if (auto* x = std::exchange(timer_, nullptr))
    x->stop();
}

} // namespace troupe::actors
