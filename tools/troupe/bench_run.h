// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_options.h"

#include <troupe/storage/result.h>

namespace troupe::bench {

/// Each of them prepares the topic, runs to its end and writes the report.
result<void> run_produce(const bench_options& options);
result<void> run_fetch(const bench_options& options);
result<void> run_e2e(const bench_options& options);
result<void> run_commit(const bench_options& options);
/// In bench_groups.cpp; needs no topic.
result<void> run_groups(const bench_options& options);

} // namespace troupe::bench
