// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/App.hpp>

/// Registers `troupe apis`: which versions of which of Kafka's APIs this build
/// speaks, as a table in Markdown. `app` outlives the parsing.
void add_apis_command(CLI::App& app);
