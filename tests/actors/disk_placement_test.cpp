// SPDX-License-Identifier: Apache-2.0
#include "disk_placement.h"

#include <doctest/doctest.h>

using namespace troupe::actors;

TEST_CASE("disk placement: a log is where it was found") {
  disk_placement x({true, true}, {{{"a", 0}, {}, 1}});
  CHECK(x.directory_of({"a", 0}) == 1);
  CHECK(x.directory_of({"a", 1}) == 0);
}

TEST_CASE("disk placement: what is nowhere lies in the directory that failed") {
  disk_placement x({true, false}, {{{"a", 0}, {}, 0}});
  CHECK(x.directory_of({"a", 0}) == 0);
  CHECK(x.directory_of({"a", 1}) == 1);
  CHECK(x.directory_for_new() == 0);
}

TEST_CASE("disk placement: new logs go where the fewest are") {
  disk_placement x({true, true, true}, {});
  for (size_t expected : {0, 1, 2, 0, 1}) {
    auto directory = x.directory_for_new();
    CHECK(directory == expected);
    x.add(directory);
  }
  x.remove(0);
  x.remove(0);
  CHECK(x.directory_for_new() == 0);
}

TEST_CASE("disk placement: a directory with failures is the second choice") {
  disk_placement x({true, true}, {});
  x.mark_failed(0);
  x.add(1);
  CHECK(x.directory_for_new() == 1);
  CHECK_FALSE(x.healthy(0));
  x.unmark_failed(0);
  CHECK(x.directory_for_new() == 0);
  CHECK(x.healthy(0));
}

TEST_CASE("disk placement: nothing is put where no disk is") {
  disk_placement x({true, false}, {});
  x.mark_failed(0);
  x.add(0);
  CHECK(x.directory_for_new() == 0);
  CHECK_FALSE(x.healthy(1));
}
