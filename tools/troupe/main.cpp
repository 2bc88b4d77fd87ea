// SPDX-License-Identifier: Apache-2.0
#include "apis.h"
#include "bench.h"
#include "cluster.h"
#include "plan.h"
#include "serve.h"

#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Troupe, an actor-model message broker that speaks Kafka's "
               "protocol",
               "troupe"};
  app.require_subcommand(1);
  int exit_code = 0;
  add_serve_command(app, exit_code);
  add_bench_command(app, exit_code);
  add_cluster_command(app, exit_code);
  add_plan_command(app, exit_code);
  add_apis_command(app);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
