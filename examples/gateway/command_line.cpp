// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <limits>

namespace gateway {

namespace {

template <class T>
void add_size(CLI::App& app, const char* name, T& x, const char* what) {
  app.add_option(name, x, what)
      ->check(CLI::Range(T{1}, static_cast<T>(1 << 30)))
      ->capture_default_str();
}

/// Longer than a day is a slip.
void add_time(CLI::App& app, const char* name, std::chrono::milliseconds& x,
              const char* what) {
  app.add_option_function<uint32_t>(
         name, [&x](uint32_t ms) { x = std::chrono::milliseconds(ms); }, what)
      ->check(CLI::Range(1, 86'400'000))
      ->default_str(std::to_string(x.count()));
}

void add_limits(CLI::App& app, gateway_limits& x) {
  add_size(app, "--connections-max", x.connections_max,
           "Connections, WebSockets included");
  add_size(app, "--header-bytes-max", x.header_bytes_max,
           "Request line and headers");
  add_size(app, "--body-bytes-max", x.body_bytes_max, "Body of a request");
  add_size(app, "--records-per-request-max", x.records_per_request_max,
           "Records of a request");
  add_size(app, "--json-depth-max", x.json_depth_max,
           "Brackets within brackets");
  add_size(app, "--page-bytes-max", x.page_bytes_max,
           "What max_bytes may ask for");
  add_size(app, "--record-bytes-max", x.record_bytes_max,
           "A record that can be read, written out");
  add_size(app, "--frame-bytes-max", x.frame_bytes_max,
           "A message of a WebSocket");
  add_size(app, "--frames-unsent-max", x.frames_unsent_max,
           "Pages that wait for a WebSocket");
  add_size(app, "--credit-max", x.credit_max,
           "Pages that a WebSocket may be granted");
  add_size(app, "--requests-in-flight-max", x.requests_in_flight_max,
           "Produce messages of a WebSocket without answer");
  add_size(app, "--bytes-in-flight-max", x.bytes_in_flight_max,
           "Bytes of all clients that are being appended");
  add_time(app, "--delivery-timeout-ms", x.delivery_timeout,
           "For appending a record");
  add_time(app, "--read-timeout-ms", x.read_timeout,
           "For records that are in the log");
  add_time(app, "--wait-max-ms", x.wait_max, "What wait_ms may ask for");
  add_time(app, "--idle-timeout-ms", x.idle_timeout,
           "A connection without a request");
  add_time(app, "--request-timeout-ms", x.request_timeout,
           "From a request's first byte to its last");
  add_time(app, "--write-timeout-ms", x.write_timeout,
           "For writing one answer or message");
}

} // namespace

void add_options(CLI::App& app, arguments& x) {
  app.add_option("--listen", x.listen, "HOST:PORT for HTTP")
      ->capture_default_str();
  app.add_option("--kafka-listen", x.kafka_listen,
                 "HOST:PORT for Kafka's clients")
      ->capture_default_str();
  app.add_option("--data-dir", x.data_directories,
                 "Where logs are kept (default: a temporary directory)");
  app.add_option("--topic", x.topics,
                 "NAME or NAME:PARTITIONS, made when it is not there");
  app.add_option("--allow-origin", x.options.allowed_origins,
                 "A web origin that may use the gateway; * for all");
  app.add_option("--io-threads", x.options.io_threads, "1 or 2")
      ->check(CLI::Range(1, 2))
      ->capture_default_str();
  add_time(app, "--stop-timeout-ms", x.stop_timeout,
           "For requests at work when it is told to stop");
  add_limits(app, x.options.bounds);
}

} // namespace gateway
