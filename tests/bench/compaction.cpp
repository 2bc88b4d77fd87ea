// SPDX-License-Identifier: Apache-2.0
// bench_compaction DIRECTORY [RECORD_BYTES [KEYS [CODEC]]]
// How fast one core compacts: writes about 512 MiB of log into DIRECTORY (which
// it creates and leaves there), then compacts it, unthrottled, from the page
// cache, and prints MB of input per second of the thread's own time.

#include <troupe/storage/compactor.h>
#include <troupe/storage/log.h>

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <utility>

namespace {

using namespace troupe::storage;
// There is a function of that name.
using partition_log = troupe::storage::log;

constexpr uint64_t log_bytes = 512 << 20;
constexpr size_t batch_bytes = 16 << 10;

struct workload {
  std::string directory;
  size_t record_bytes = 200;
  uint64_t keys = 500000;
  codec with = codec::none;
};

/// Time that this thread had a core: others may run beside it.
double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
         + static_cast<double>(now.tv_nsec) / 1e9;
}

[[noreturn]] void fail(const troupe::storage::error& why) {
  fmt::print(stderr, "{}\n", to_string(why));
  std::exit(1);
}

void fill(partition_log& to, const workload& x) {
  std::mt19937_64 random{1};
  std::string value(x.record_bytes, 'v');
  for (auto& c : value)
    c = static_cast<char>('a' + random() % 16);
  while (to.size_bytes() < log_bytes) {
    batch_builder builder{x.with};
    while (builder.records_bytes() < batch_bytes)
      builder.add(1, "key-" + std::to_string(random() % x.keys), value);
    if (auto done = to.append(builder.build(), {0, 1}); !done)
      fail(done.error());
  }
}

void compact(partition_log& x) {
  auto plan = x.plan_compaction(2, x.end_offset());
  if (!plan)
    fail(plan.error());
  auto bytes = plan->dirty_bytes + plan->clean_bytes;
  auto generation = plan->generation;
  auto begin = thread_seconds();
  compactor cleaner{posix_file_system(), std::move(*plan), {}, {}};
  if (auto done = cleaner.read_dirty(); !done)
    fail(done.error());
  auto keys_read = thread_seconds();
  for (;;) {
    auto next = cleaner.clean_next();
    if (!next)
      fail(next.error());
    if (!*next)
      break;
    if (auto done = x.swap_segments(**next); !done)
      fail(done.error());
  }
  auto end = thread_seconds();
  auto& report = cleaner.report();
  x.finish_compaction(generation, report.first_dirty_offset);
  auto megabytes = static_cast<double>(bytes) / 1e6;
  fmt::print("input {:.0f} MB, output {:.0f} MB, {} records removed\n"
             "keys {:.0f} MB/s, filter {:.0f} MB/s, together {:.0f} MB/s\n",
             megabytes, static_cast<double>(report.bytes_written) / 1e6,
             report.records_removed, megabytes / (keys_read - begin),
             megabytes / (end - keys_read), megabytes / (end - begin));
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2)
    return 2;
  workload x;
  x.directory = argv[1];
  if (argc > 2)
    x.record_bytes = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3)
    x.keys = std::strtoull(argv[3], nullptr, 10);
  if (argc > 4)
    x.with = static_cast<codec>(std::atoi(argv[4]));
  log_options options;
  options.directory = x.directory;
  options.name = {"bench", 0};
  options.config.cleanup_compact = true;
  options.config.segment_bytes = 128 << 20;
  options.config.timestamp_before_max_ms = log_config::unlimited;
  auto opened = partition_log::open(posix_file_system(), options);
  if (!opened)
    fail(opened.error());
  auto& target = *opened->value;
  fill(target, x);
  target.synced_up_to(target.end_offset());
  compact(target);
  return 0;
}
