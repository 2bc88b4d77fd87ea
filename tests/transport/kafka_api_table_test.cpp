// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/kafka/api_table.h>
#include <troupe/transport/kafka/error_code.h>

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace troupe::kafka;

TEST_CASE("api table: every entry is found by its key and in itself sound") {
  for (const auto& x : api_table()) {
    INFO(std::string{x.name});
    CHECK(find_api(static_cast<int16_t>(x.key)) == &x);
    CHECK(x.min_version <= x.max_version);
    CHECK(x.min_advertised <= x.min_version);
    CHECK(x.serves(x.min_version));
    CHECK(x.serves(x.max_version));
    CHECK_FALSE(x.serves(static_cast<int16_t>(x.min_version - 1)));
    CHECK_FALSE(x.serves(static_cast<int16_t>(x.max_version + 1)));
  }
  CHECK(api_table().size() == 37);
}

TEST_CASE("api table: keys that we do not speak are not found") {
  CHECK(find_api(-1) == nullptr);
  CHECK(find_api(static_cast<int16_t>(api_key::end_txn)) == nullptr);
  CHECK(find_api(76) == nullptr);
  CHECK(find_api(32767) == nullptr);
}

TEST_CASE("api table: the old Produce versions are advertised, not served") {
  const auto* produce = find_api(0);
  REQUIRE(produce != nullptr);
  CHECK(produce->min_advertised == 0);
  CHECK_FALSE(produce->serves(2));
  CHECK(produce->serves(3));
  CHECK_FALSE(produce->flexible(8));
  CHECK(produce->flexible(9));
}

TEST_CASE("api table: OffsetDelete is never flexible") {
  const auto* found = find_api(47);
  REQUIRE(found != nullptr);
  CHECK_FALSE(found->flexible(found->max_version));
}

TEST_CASE("error code: names belong to their numbers") {
  CHECK(name(error_code::unknown_server_error) == "UNKNOWN_SERVER_ERROR");
  CHECK(name(error_code::none) == "NONE");
  CHECK(name(error_code{3}) == "UNKNOWN_TOPIC_OR_PARTITION");
  CHECK(name(error_code{35}) == "UNSUPPORTED_VERSION");
  CHECK(name(error_code{87}) == "INVALID_RECORD");
  CHECK(name(error_code{133}) == "SHARE_SESSION_LIMIT_REACHED");
  CHECK(name(error_code{134}) == "UNRECOGNISED");
  CHECK(name(error_code{-2}) == "UNRECOGNISED");
}

TEST_CASE("error code: no two codes share a name") {
  std::set<std::string_view> names;
  for (int16_t i = -1; i <= 133; ++i)
    names.insert(name(error_code{i}));
  CHECK(names.size() == 135);
}
