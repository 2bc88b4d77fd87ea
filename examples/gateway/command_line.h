// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"

#include <chrono>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace gateway {

/// What the command line says.
struct arguments {
  /// `host:port` for HTTP.
  std::string listen = "127.0.0.1:8080";
  /// `host:port` for Kafka's clients.
  std::string kafka_listen = "127.0.0.1:9092";
  /// Empty: a temporary one.
  std::vector<std::string> data_directories;
  /// `name` or `name:partitions`, made when they are not there.
  std::vector<std::string> topics;
  /// Until everything has stopped.
  std::chrono::milliseconds stop_timeout{10'000};
  gateway_options options;
};

/// One option for each field; those of gateway_limits have their names, with
/// `-ms` for times.
void add_options(CLI::App& app, arguments& x);

} // namespace gateway
