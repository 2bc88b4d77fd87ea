// SPDX-License-Identifier: Apache-2.0
#include "bench_process.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace troupe::bench {

result<process_sample> sample_process(int64_t pid) {
  auto path = fmt::format("/proc/{}/stat", pid);
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line))
    return failure(storage::errc::not_found,
                   fmt::format("read {}: is the broker still running?", path));
  // The name in parentheses may hold spaces; fields are counted behind it:
  // the 12th is utime, the 13th stime, the 22nd rss in pages.
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  uint64_t cpu_ticks = 0;
  uint64_t rss_pages = 0;
  std::string field;
  for (int i = 1; i <= 22 && fields >> field; ++i) {
    if (i == 12 || i == 13)
      cpu_ticks += std::stoull(field);
    if (i == 22)
      rss_pages = std::stoull(field);
  }
  auto ticks_per_s = static_cast<double>(sysconf(_SC_CLK_TCK));
  auto page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return process_sample{static_cast<double>(cpu_ticks) / ticks_per_s,
                        rss_pages * page_bytes};
}

double own_cpu_s() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace troupe::bench
