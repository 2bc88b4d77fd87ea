// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>

#include <CLI/App.hpp>

#include <memory>

/// Registers `troupe serve`: a broker in this process until a signal ends it.
/// `exit_code` receives 0 after a clean stop, 1 after a failure, 2 for bad
/// settings. Without `files` it uses the system's.
void add_serve_command(
    CLI::App& app, int& exit_code,
    std::shared_ptr<troupe::storage::file_system> files = nullptr);
