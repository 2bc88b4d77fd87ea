// SPDX-License-Identifier: Apache-2.0
#include "data_directories.h"
#include "log_keeper_actor.h"
#include "partition_directory.h"
#include "temporary_directory.h"

#include <fstream>

using namespace troupe;
using namespace troupe::actors;

namespace {

opened_directories opened(const temporary_directory& where) {
  // Without it the directory would miss its node.
  std::filesystem::create_directories(where / "__cluster_metadata-0");
  auto x = open_directories(storage::posix_file_system(), {where.path()}, {});
  REQUIRE_MESSAGE(x, x.error().message);
  return std::move(*x);
}

} // namespace

TEST_CASE("data directories: partitions are found, other things are left") {
  temporary_directory where;
  for (const char* name : {"orders-7", "backup-01", "lost+found"})
    std::filesystem::create_directories(where / name);
  std::ofstream(where / "notes-1") << "not a directory";
  auto x = opened(where);
  REQUIRE(x.logs.size() == 1);
  CHECK(x.logs[0].name == storage::topic_partition{"orders", 7});
  CHECK(x.all[0].doomed.empty());
}

TEST_CASE("data directories: deleted logs are listed, not removed") {
  temporary_directory where;
  auto doomed = doomed_directory_name({"a", 0}, {});
  std::filesystem::create_directories(where / doomed);
  std::filesystem::create_directories(where / "things-to-delete");
  auto x = opened(where);
  CHECK(x.all[0].doomed == std::vector<std::string>{where / doomed});
  CHECK(x.logs.empty());
}

TEST_CASE("data directories: a marker is seen first and taken last") {
  temporary_directory where;
  std::ofstream(where / clean_shutdown_marker) << "version: 1\n";
  auto x = opened(where);
  CHECK(x.all[0].clean);
  CHECK(where.has(clean_shutdown_marker));
  CHECK(take_clean_markers(storage::posix_file_system(), x));
  CHECK(x.all[0].clean);
  CHECK_FALSE(where.has(clean_shutdown_marker));
}
