// SPDX-License-Identifier: Apache-2.0
//
// You learn how to give a broker another transport: HTTP and WebSockets beside
// Kafka's protocol, made of the producers and consumers that any program may
// use.
#include "command_line.h"
#include "server.h"

#include <troupe/actors/node.h>
#include <troupe/transport/server.h>

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include <pthread.h>

namespace {

int fail(const std::string& why) {
  std::fprintf(stderr, "troupe_gateway: %s\n", why.c_str());
  return EXIT_FAILURE;
}

/// Before there are other threads: they inherit it, and only `sigwait` hears.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

bool exists(const troupe::actors::problem& why) {
  const auto* code = std::get_if<troupe::cluster::refusal>(&why.code);
  return code != nullptr && *code == troupe::cluster::refusal::topic_exists;
}

/// `name` or `name:partitions`; an empty text when all went well.
std::string make_topic(troupe::node& node, const std::string& text) {
  troupe::cluster::new_topic topic;
  auto colon = text.find(':');
  topic.name = text.substr(0, colon);
  topic.num_partitions = 1;
  if (colon != std::string::npos) {
    const auto* end = text.data() + text.size();
    auto [at, why] =
        std::from_chars(text.data() + colon + 1, end, topic.num_partitions);
    if (why != std::errc{} || at != end)
      return "not NAME:PARTITIONS: " + text;
  }
  auto made = node.create_topic(topic);
  return made || exists(made.error()) ? "" : made.error().message;
}

int run(gateway::arguments& x) {
  auto signals = block_stop_signals();
  // What the node logs; standard output is for the line that says "ready".
  spdlog::set_default_logger(spdlog::stderr_color_mt("gateway"));
  auto kafka = troupe::transport::parse_endpoint(x.kafka_listen);
  auto http = troupe::transport::parse_endpoint(x.listen);
  if (!kafka || !http)
    return fail("an address is HOST:PORT");
  troupe::node_options options;
  options.listen = *kafka;
  options.data_directories = x.data_directories;
  options.temporary = x.data_directories.empty();
  auto node = troupe::node::start(std::move(options));
  if (!node)
    return fail(to_string(node.error()));
  for (const auto& topic : x.topics)
    if (auto why = make_topic(**node, topic); !why.empty())
      return fail(why);
  x.options.host = http->host;
  x.options.port = http->port;
  auto server = gateway::server::start(**node, x.options);
  if (!server)
    return fail(to_string(server.error()));
  std::printf("gateway ready on %s, kafka on %s\n",
              (*server)->address().c_str(),
              to_string((*node)->address()).c_str());
  std::fflush(stdout);

  int number = 0;
  sigwait(&signals, &number);
  bool ended = (*server)->stop(x.stop_timeout);
  // It needs the node until then.
  server->reset();
  auto stopped = (*node)->stop();
  if (!stopped)
    return fail(to_string(stopped.error()));
  if (!ended)
    std::fprintf(stderr, "troupe_gateway: some requests were cut off\n");
  return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app("A Troupe node with an HTTP and WebSocket gateway");
  gateway::arguments arguments;
  gateway::add_options(app, arguments);
  CLI11_PARSE(app, argc, argv);
  return run(arguments);
}
