// SPDX-License-Identifier: Apache-2.0
#include "moved_records.h"

#include <troupe/cluster/kind_headers.h>

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

moved_record moved(storage::offset_t offset, int32_t attempt) {
  moved_record x;
  x.offset = offset;
  x.attempt = attempt;
  x.value = "v";
  return x;
}

/// Of each record the value and the named header, "-" where there is none.
std::vector<std::pair<std::string, std::string>>
read(const storage::buffer& batch, std::string_view header) {
  std::vector<std::pair<std::string, std::string>> found;
  auto done = storage::for_each_record(
      batch.bytes(), 1 << 20, [&](const storage::record_view& x) {
        found.emplace_back(x.value.value_or(""),
                           cluster::find_header(x, header).value_or("-"));
        return true;
      });
  CHECK(done.has_value());
  return found;
}

using pairs = std::vector<std::pair<std::string, std::string>>;

} // namespace

TEST_CASE("moved records: a position is read as it was written") {
  cluster::mover_position position{12, 7, 3};
  moved_record record;
  record.offset = 12;
  auto batch = build_moved(0, position, {record, record});
  CHECK(last_position(batch.bytes()) == position);
  for (const auto* text :
       {"", "1", "1-2", "1-2-", "1-2-3-4", "a-2-3", "-1-2-3"})
    CHECK_FALSE(parse_position(text));
}

TEST_CASE("moved records: each says which attempt it is") {
  auto batch = build_moved(3, {}, {moved(5, 1), moved(4, 2)});
  CHECK(read(batch, cluster::delivery_header)
        == pairs{{"v", "3-5-1"}, {"v", "3-4-2"}});
}

TEST_CASE("moved records: a dead letter says why, and has no position") {
  auto dead = moved(4, 5);
  dead.fault = "nobody wants it";
  auto batch = build_dead_letters(3, {dead});
  CHECK(read(batch, cluster::reason_header) == pairs{{"v", "nobody wants it"}});
  CHECK(read(batch, cluster::delivery_header) == pairs{{"v", "3-4-5"}});
  CHECK(read(batch, position_header) == pairs{{"v", "-"}});
}

TEST_CASE("moved records: an acceptance names the delivery and no verdict") {
  auto batch = build_acceptances(3, 1'000, {moved(4, 5)});
  CHECK(read(batch, cluster::verdict_header) == pairs{{"3-4-5", "-"}});
}
