// SPDX-License-Identifier: Apache-2.0
#pragma once

/// SIGTERM and SIGINT as something to wait for. Before there is one, and from
/// the second signal on, they end the process at once as they always do. One
/// per process.
class stop_signals {
public:
  stop_signals();
  ~stop_signals();
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;

  /// Returns when one of them came.
  void wait();
};
