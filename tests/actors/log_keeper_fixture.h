// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "actor_fixture.h"
#include "log_keeper_actor.h"
#include "temporary_directory.h"

#include <tests/storage/log_fixture.h>

#include <memory>
#include <string>
#include <utility>

namespace troupe::actors {

/// A keeper of logs in a temporary directory.
struct keeper_fixture : actor_fixture {
  temporary_directory directory;
  std::shared_ptr<storage::offset_store> offsets =
      storage::make_memory_offset_store();
  log_keeper_actor keeper;

  explicit keeper_fixture(bool clean = false) { start(clean); }
  ~keeper_fixture() { end_actors(); }

  void start(bool clean) {
    start_on(storage::posix_file_system(), directory.path(), clean);
  }

  void start_on(storage::file_system& fs, std::string path, bool clean) {
    log_keeper_config config{&fs, offsets, std::move(path), clean,
                             [] { return storage::timestamp_ms{1000}; }};
    keeper = keep(system().spawn(log_keeper, std::move(config)));
    run();
  }

  static storage::uuid id(uint8_t number) {
    storage::uuid x;
    x.bytes.fill(number);
    return x;
  }

  log_opened open(uint8_t topic_id = 1) {
    return ask<log_opened>(keeper, open_log{{"a", 0}, id(topic_id), {}});
  }

  log_closed
  close(const log_opened& x, bool erase, storage::offset_t high_watermark = 0) {
    return ask<log_closed>(keeper, close_log{x.value, high_watermark, erase});
  }
};

inline void append(const log_opened& x) {
  auto batch = storage::test::log_fixture::batch(1, 10, 1000);
  REQUIRE((*x.value)->append(batch, {0, 1000, {}}));
}

} // namespace troupe::actors
