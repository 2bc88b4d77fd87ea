// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

/// Registers `troupe cluster status|drain|remove`: looks after a cluster
/// through any of its brokers. `exit_code` becomes 1 when it fails. `app` and
/// `exit_code` outlive the parsing.
void add_cluster_command(CLI::App& app, int& exit_code);
