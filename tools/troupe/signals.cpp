// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <atomic>
#include <csignal>

#include <semaphore.h>

namespace {

/// Reached by the handler, which can do little more than post it.
sem_t received;
std::atomic<bool> came_before{false};

extern "C" void on_stop_signal(int number) {
  if (!came_before.exchange(true)) {
    sem_post(&received);
    return;
  }
  // Delivered when this handler returns.
  std::signal(number, SIG_DFL);
  std::raise(number);
}

} // namespace

stop_signals::stop_signals() {
  sem_init(&received, 0, 0);
  struct sigaction action {};
  action.sa_handler = on_stop_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

stop_signals::~stop_signals() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
}

void stop_signals::wait() {
  while (sem_wait(&received) != 0) {
  }
}
