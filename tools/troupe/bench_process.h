// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstdint>

namespace troupe::bench {

/// What a process has used so far.
struct process_sample {
  double cpu_s = 0;
  uint64_t rss_bytes = 0;
};

/// Reads `/proc/<pid>/stat`.
result<process_sample> sample_process(int64_t pid);

/// CPU seconds of this process.
double own_cpu_s();

} // namespace troupe::bench
