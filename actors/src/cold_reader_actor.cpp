// SPDX-License-Identifier: Apache-2.0
#include "cold_reader_actor.h"

#include <troupe/transport/server.h>

#include <spdlog/spdlog.h>

#include <utility>

namespace troupe::actors {

namespace {

void on_read_in_slice(const read_in_slice& x) {
  if (auto done = transport::read_in(x.slice); !done)
    spdlog::warn("cold_reader.failed file={} reason=\"{}\"",
                 x.slice.source->path(), to_string(done.error()));
  x.done();
}

found_offset on_run_search(const run_search& x) {
  auto found = x.timestamp == of_largest_timestamp
                   ? x.search->find_largest()
                   : x.search->find(x.timestamp);
  found_offset answer;
  if (!found)
    answer.why = std::move(found.error());
  else if (*found)
    answer.value = **found;
  return answer;
}

} // namespace

cold_reader_actor::behavior_type cold_reader(cold_reader_actor::pointer) {
  return {
    [](const read_in_slice& x) { on_read_in_slice(x); },
    [](const run_search& x) { return on_run_search(x); },
  };
}

} // namespace troupe::actors
