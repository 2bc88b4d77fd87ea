// SPDX-License-Identifier: Apache-2.0
#include "cold_reader_actor.h"

#include <troupe/transport/server.h>

#include <spdlog/spdlog.h>

namespace troupe::actors {

namespace {

void on_read_in_slice(const read_in_slice& x) {
  if (auto done = transport::read_in(x.slice); !done)
    spdlog::warn("cold_reader.failed file={} reason=\"{}\"",
                 x.slice.source->path(), to_string(done.error()));
  x.done();
}

} // namespace

cold_reader_actor::behavior_type cold_reader(cold_reader_actor::pointer) {
  return {
    [](const read_in_slice& x) { on_read_in_slice(x); },
  };
}

} // namespace troupe::actors
