// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

/// Registers `troupe serve`: a broker in this process until a signal ends it.
/// `exit_code` receives 0 after a clean stop, 1 after a failure, 2 for bad
/// settings.
void add_serve_command(CLI::App& app, int& exit_code);
