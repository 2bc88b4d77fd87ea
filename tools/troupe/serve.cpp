// SPDX-License-Identifier: Apache-2.0
#include "serve.h"

#include "service_manager.h"
#include "signals.h"

#include <troupe/actors/node.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int exit_failed = 1;
constexpr int exit_bad_settings = 2;

/// As good as none: who does not want to wait sends a second signal.
constexpr std::chrono::hours stop_deadline{24};

struct serve_arguments {
  std::string listen;
  std::string advertised;
  std::vector<std::string> data_directories;
  std::string cluster_listen;
  std::string cluster_advertised;
  std::vector<std::string> join;
  std::string rack;
  bool cluster_insecure = false;
  std::string config_file;
  std::vector<std::string> assignments;
  bool print_config = false;
};

/// The newer source wins: file, then environment, then command line.
void merge(troupe::cluster::config_map& into,
           const troupe::cluster::config_map& from) {
  for (const auto& [key, value] : from)
    into.insert_or_assign(key, value);
}

troupe::result<troupe::cluster::config_map>
read_config_file(const std::string& path) {
  std::ifstream in(path);
  if (!in)
    return troupe::failure(troupe::storage::errc::not_found,
                           "cannot read the config file " + path);
  std::string text(std::istreambuf_iterator<char>{in}, {});
  return troupe::cluster::parse_properties(text, path);
}

troupe::result<troupe::cluster::config_map>
gather_settings(const serve_arguments& x) {
  troupe::cluster::config_map settings;
  if (!x.config_file.empty()) {
    auto from_file = read_config_file(x.config_file);
    if (!from_file)
      return from_file;
    merge(settings, *from_file);
  }
  auto from_environment = troupe::cluster::parse_environment(environ);
  if (!from_environment)
    return from_environment;
  merge(settings, *from_environment);
  for (const auto& text : x.assignments) {
    auto assignment = troupe::cluster::parse_assignment(text);
    if (!assignment)
      return troupe::failure(assignment.error());
    settings.insert_or_assign(assignment->first, assignment->second);
  }
  // Options of their own are short for these keys.
  if (!x.listen.empty())
    settings["listeners"] = "PLAINTEXT://" + x.listen;
  if (!x.advertised.empty())
    settings["advertised.listeners"] = "PLAINTEXT://" + x.advertised;
  if (!x.data_directories.empty())
    settings["log.dirs"] =
        fmt::format("{}", fmt::join(x.data_directories, ","));
  if (!x.cluster_listen.empty())
    settings["troupe.cluster.listen"] = x.cluster_listen;
  if (!x.cluster_advertised.empty())
    settings["troupe.cluster.advertised"] = x.cluster_advertised;
  if (!x.join.empty())
    settings["controller.quorum.bootstrap.servers"] =
        fmt::format("{}", fmt::join(x.join, ","));
  if (!x.rack.empty())
    settings["broker.rack"] = x.rack;
  if (x.cluster_insecure)
    settings["troupe.cluster.insecure"] = "true";
  return settings;
}

/// The address in `listeners` or `advertised.listeners`: `PLAINTEXT://host:9`.
std::string
listener_of(const troupe::cluster::config_map& settings, const char* key) {
  auto found = settings.find(key);
  if (found == settings.end())
    return {};
  auto text = found->second;
  auto scheme = text.find("://");
  return scheme == std::string::npos ? text : text.substr(scheme + 3);
}

troupe::result<troupe::node_options> make_options(const serve_arguments& x) {
  auto settings = gather_settings(x);
  if (!settings)
    return troupe::failure(settings.error());
  auto config = troupe::cluster::make_broker_config(*settings);
  if (!config)
    return troupe::failure(config.error());
  troupe::node_options options;
  options.config = std::move(*config);
  // A path on the command line may have a comma.
  options.data_directories =
      x.data_directories.empty() ? options.config.log_dirs : x.data_directories;
  auto listen = listener_of(*settings, "listeners");
  auto at = troupe::transport::parse_endpoint(listen.empty() ? "127.0.0.1:9092"
                                                             : listen);
  if (!at)
    return troupe::failure(at.error());
  options.listen = *at;
  auto advertised = listener_of(*settings, "advertised.listeners");
  if (!advertised.empty()) {
    auto told = troupe::transport::parse_endpoint(advertised);
    if (!told)
      return troupe::failure(told.error());
    options.advertised = *told;
  }
  return options;
}

void start_logging(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("troupe");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                      spdlog::pattern_time_type::utc);
  spdlog::set_default_logger(std::move(logger));
  spdlog::set_level(spdlog::level::from_str(level));
  spdlog::flush_on(spdlog::level::info);
}

int report(const troupe::storage::error& x, int exit_code) {
  fmt::print(stderr, "troupe: {}\n", to_string(x));
  return exit_code;
}

int serve(const serve_arguments& arguments,
          std::shared_ptr<troupe::storage::file_system> files) {
  auto options = make_options(arguments);
  if (!options)
    return report(options.error(), exit_bad_settings);
  if (arguments.print_config) {
    fmt::print("{}", troupe::cluster::print_config(options->config));
    return 0;
  }
  if (options->data_directories.empty()) {
    fmt::print(stderr, "troupe: --data-dir (or log.dirs) is missing\n");
    return exit_bad_settings;
  }
  start_logging(options->config.log_level);
  options->files = std::move(files);
  auto unusable = std::make_shared<std::atomic<bool>>(false);
  options->on_unusable = [unusable](const std::string& why) {
    fmt::print(stderr, "troupe: {}\n", why);
    *unusable = true;
    kill(getpid(), SIGTERM);
  };
  // Until it is ready a signal ends the process: there is nothing to close.
  auto node = troupe::node::start(std::move(*options));
  if (!node)
    return report(node.error(), exit_failed);
  stop_signals signals;
  fmt::print("troupe ready on {}\n", to_string((*node)->address()));
  std::fflush(stdout);
  tell_service_manager("READY=1");
  signals.wait();
  tell_service_manager("STOPPING=1");
  spdlog::info("serve.stopping");
  auto figures = (*node)->statistics();
  auto stopped = (*node)->stop(stop_deadline);
  spdlog::info("serve.stopped page_cache.hits={} page_cache.misses={} "
               "bytes_received={} bytes_sent={}",
               figures.page_cache_hits, figures.page_cache_misses,
               figures.bytes_received, figures.bytes_sent);
  if (!stopped)
    return report(stopped.error(), exit_failed);
  return *unusable ? exit_failed : 0;
}

} // namespace

void add_serve_command(CLI::App& app, int& exit_code,
                       std::shared_ptr<troupe::storage::file_system> files) {
  auto arguments = std::make_shared<serve_arguments>();
  auto command = app.add_subcommand("serve", "Run a broker");
  command->add_option("--listen", arguments->listen,
                      "HOST:PORT for clients; port 0 picks a free one "
                      "(default 127.0.0.1:9092)");
  command->add_option("--data-dir", arguments->data_directories,
                      "Where logs are kept; give it again for more disks");
  command->add_option("--advertised", arguments->advertised,
                      "HOST:PORT that clients are told, if not the one "
                      "listened on");
  command->add_option("--cluster-listen", arguments->cluster_listen,
                      "HOST:PORT for other nodes; without it the node is "
                      "alone");
  command->add_option("--cluster-advertised", arguments->cluster_advertised,
                      "HOST:PORT that other nodes are told, if not the one "
                      "listened on");
  command->add_option("--join", arguments->join,
                      "HOST:PORT where a node of the cluster listens for "
                      "nodes; give it again for more");
  command->add_option("--rack", arguments->rack,
                      "Where the node stands; replicas spread over racks");
  command->add_flag("--cluster-insecure", arguments->cluster_insecure,
                    "Accept nodes without TLS on an address that is not "
                    "loopback");
  command->add_option("--config", arguments->config_file,
                      "Properties file with Kafka's broker settings");
  command->add_option("--set", arguments->assignments,
                      "key=value, stronger than the file and TROUPE_* "
                      "variables");
  command->add_flag("--print-config", arguments->print_config,
                    "Print the settings in force and exit");
  command->callback([arguments, files = std::move(files), &exit_code] {
    exit_code = serve(*arguments, files);
  });
}
