// SPDX-License-Identifier: Apache-2.0
#include "cluster.h"

#include "bench_broker.h"
#include "cluster_drain.h"
#include "cluster_status.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace {

using troupe::result;
using troupe::bench::broker_client;
namespace admin = troupe::admin;

struct cluster_arguments {
  std::string bootstrap = "127.0.0.1:9092";
  double timeout_s = 40;
  int32_t node = 0;
  int64_t patience_s = 86400;
};

result<broker_client> connect(const cluster_arguments& x) {
  auto broker = troupe::bench::parse_address(x.bootstrap);
  if (!broker)
    return tl::unexpected(broker.error());
  return broker_client::open(*broker, x.timeout_s);
}

result<void> print_status(const cluster_arguments& x) {
  auto broker = connect(x);
  if (!broker)
    return tl::unexpected(broker.error());
  auto found = admin::ask_status(*broker);
  if (!found)
    return tl::unexpected(found.error());
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now);
  fmt::print("{}", admin::print(*found, now_ms.count()));
  return {};
}

result<void> drain(const cluster_arguments& x) {
  auto broker = connect(x);
  if (!broker)
    return tl::unexpected(broker.error());
  return admin::drain(*broker, x.node, std::chrono::seconds(x.patience_s));
}

result<void> remove(const cluster_arguments& x) {
  auto broker = connect(x);
  if (!broker)
    return tl::unexpected(broker.error());
  auto removed = admin::remove(*broker, x.node);
  if (removed)
    fmt::print("node {} is no longer in the cluster\n", x.node);
  return removed;
}

using action = result<void> (*)(const cluster_arguments&);

CLI::App* add_action(CLI::App& to, const std::string& name,
                     const std::string& help, action run,
                     const std::shared_ptr<cluster_arguments>& x,
                     int& exit_code) {
  auto* command = to.add_subcommand(name, help);
  command->add_option("--bootstrap", x->bootstrap, "HOST:PORT of any broker")
      ->capture_default_str();
  command
      ->add_option("--timeout", x->timeout_s,
                   "Seconds to wait for a broker's answer")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str();
  command->callback([run, x, &exit_code] {
    if (auto done = run(*x); !done) {
      fmt::print(stderr, "troupe cluster: {}\n", done.error().message);
      exit_code = 1;
    }
  });
  return command;
}

} // namespace

void add_cluster_command(CLI::App& app, int& exit_code) {
  auto* cluster = app.add_subcommand("cluster", "Look after a cluster");
  cluster->require_subcommand(1);
  auto x = std::make_shared<cluster_arguments>();
  add_action(*cluster, "status",
             "Show who votes, who follows, who leads and how far each is",
             print_status, x, exit_code);
  auto* draining = add_action(*cluster, "drain",
                              "Move all partitions of a node to the others",
                              drain, x, exit_code);
  draining->add_option("NODE", x->node, "Id of the node")->required();
  draining
      ->add_option("--patience", x->patience_s,
                   "Seconds to wait until the node is empty; it goes on "
                   "draining after that")
      ->check(CLI::Range(int64_t{0}, int64_t{31536000}))
      ->capture_default_str();
  auto* removing = add_action(*cluster, "remove",
                              "Forget a node that was drained and stopped",
                              remove, x, exit_code);
  removing->add_option("NODE", x->node, "Id of the node")->required();
}
