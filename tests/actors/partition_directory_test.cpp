// SPDX-License-Identifier: Apache-2.0
#include "partition_directory.h"

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::actors;

namespace {

storage::uuid some_id() {
  storage::uuid id;
  id.bytes.fill(7);
  return id;
}

} // namespace

TEST_CASE("partition directory: a name is read as it was printed") {
  for (const char* name : {"orders-7", "a-b-0", "a--1", "x-2147483647"}) {
    CAPTURE(name);
    auto tp = parse_partition_directory(name);
    REQUIRE(tp);
    CHECK(to_string(*tp) == name);
  }
}

TEST_CASE("partition directory: other names are nobody's partition") {
  for (const char* name :
       {"", "-", "-1", "orders", "orders-", "orders-x", "orders-1x",
        "backup-01", "orders-00", "orders--", "orders-2147483648", "orders-+1",
        "two words-1", "__cluster_metadata-0", "meta.properties"}) {
    CAPTURE(name);
    CHECK_FALSE(parse_partition_directory(name));
  }
}

TEST_CASE("partition directory: names for what goes fit the file system") {
  for (size_t size : {size_t{1}, size_t{200}, size_t{249}}) {
    storage::topic_partition tp{std::string(size, 'n'), 99999};
    auto doomed = doomed_directory_name(tp, some_id());
    CHECK(doomed.size() <= 255);
    CHECK(doomed.find("-99999.") != std::string::npos);
    CHECK(is_doomed_directory(doomed));
    auto stray = stray_directory_name(tp, some_id());
    CHECK(stray.size() <= 255);
    CHECK_FALSE(is_doomed_directory(stray));
    CHECK_FALSE(parse_partition_directory(stray));
  }
}

TEST_CASE("partition directory: partitions on their way out stay apart") {
  std::string name(249, 'n');
  CHECK(doomed_directory_name({name, 1}, some_id())
        != doomed_directory_name({name, 2}, some_id()));
  CHECK(doomed_directory_name({name, 1}, some_id())
        != doomed_directory_name({name, 1}, {}));
}

TEST_CASE("partition directory: what somebody calls -delete is his own") {
  CHECK_FALSE(is_doomed_directory("things-to-delete"));
  CHECK_FALSE(is_doomed_directory("orders-0-delete"));
  CHECK_FALSE(is_doomed_directory("orders-0.short-delete"));
}
