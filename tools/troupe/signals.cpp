// SPDX-License-Identifier: Apache-2.0
#include "signals.h"

#include <pthread.h>

stop_signals::stop_signals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

void stop_signals::wait() {
  int received = 0;
  while (sigwait(&signals_, &received) != 0) {
  }
}

void stop_signals::exit_at_the_next() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr);
}
