// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

/// Adds `bench produce|fetch|e2e`, a load generator against any
/// Kafka-compatible broker. Parsing runs the bench; `exit_code` becomes 1 when
/// it fails. `app` and `exit_code` outlive the parsing.
void add_bench_command(CLI::App& app, int& exit_code);
