// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

/// SIGTERM and SIGINT as something to wait for. Make it before any thread.
class stop_signals {
public:
  stop_signals();

  /// Returns when one of them came.
  void wait();

  /// From now on the next one ends the process at once.
  void exit_at_the_next();

private:
  sigset_t signals_;
};
