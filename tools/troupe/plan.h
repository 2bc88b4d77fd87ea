// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

/// Registers `troupe plan`: what a cluster can take, and what it needs for
/// that. `exit_code` becomes 1 when it fails. `app` and `exit_code` outlive the
/// parsing.
void add_plan_command(CLI::App& app, int& exit_code);
