// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_lag.h>

#include <doctest/doctest.h>

#include <string>

namespace troupe::cluster {

namespace {

offset_commit commit(const std::string& group, const std::string& topic,
                     int32_t partition, storage::offset_t offset) {
  offset_commit x;
  x.group = group;
  x.partition = {topic, partition};
  x.offset = offset;
  return x;
}

} // namespace

TEST_CASE("group lag: it is what lies between commit and high watermark") {
  group_lag lag{{}};
  lag.add(commit("b", "orders", 0, 7));
  lag.add(commit("a", "orders", 0, 10));
  lag.add(commit("a", "orders", 1, 0));
  CHECK(lag.partitions()
        == std::vector<storage::topic_partition>{{"orders", 0}, {"orders", 1}});
  lag.know_high_watermark({"orders", 0}, 10);
  lag.know_high_watermark({"orders", 1}, 5);
  CHECK(lag.report()
        == std::vector<group_lag::series>{{"a", {"orders", 0}, 0},
                                          {"a", {"orders", 1}, 5},
                                          {"b", {"orders", 0}, 3}});
  CHECK(lag.left_out() == 0);
}

TEST_CASE("group lag: a partition without a high watermark has no series") {
  group_lag lag{{}};
  lag.add(commit("g", "elsewhere", 0, 7));
  CHECK(lag.report().empty());
}

TEST_CASE("group lag: a high watermark older than the commit is no lag") {
  group_lag lag{{}};
  lag.add(commit("g", "orders", 0, 12));
  lag.know_high_watermark({"orders", 0}, 10);
  REQUIRE(lag.report().size() == 1);
  CHECK(lag.report()[0].lag_records == 0);
}

TEST_CASE("group lag: the newer commit of a partition counts") {
  group_lag lag{{.series_max = 1}};
  lag.add(commit("g", "orders", 0, 2));
  CHECK(lag.full());
  lag.add(commit("g", "orders", 0, 4));
  lag.know_high_watermark({"orders", 0}, 10);
  REQUIRE(lag.report().size() == 1);
  CHECK(lag.report()[0].lag_records == 6);
  CHECK(lag.left_out() == 0);
}

TEST_CASE("group lag: what is too much is counted and left out") {
  group_lag lag{{.series_max = 2, .group_bytes_max = 3}};
  lag.add(commit("long", "orders", 0, 1));
  CHECK(lag.left_out() == 1);
  lag.add(commit("a", "orders", 0, 1));
  CHECK_FALSE(lag.full());
  lag.add(commit("b", "orders", 0, 1));
  CHECK(lag.full());
  lag.add(commit("c", "orders", 0, 1));
  CHECK(lag.left_out() == 2);
  lag.know_high_watermark({"orders", 0}, 1);
  CHECK(lag.report().size() == 2);
}

TEST_CASE("group lag: a group that no monitor could name is left out") {
  group_lag lag{{}};
  lag.add(commit("\xff", "orders", 0, 1));
  CHECK(lag.partitions().empty());
  CHECK(lag.left_out() == 1);
}

TEST_CASE("utf-8: characters of each size are told from bytes that are none") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain"));
  CHECK(is_utf8("\xC3\xA9"));
  CHECK(is_utf8("\xE2\x82\xAC"));
  CHECK(is_utf8("\xED\x9F\xBF"));
  CHECK(is_utf8("\xF0\x9F\x8E\xAD"));
  CHECK(is_utf8("\xF4\x8F\xBF\xBF"));
  CHECK_FALSE(is_utf8("\x80"));
  CHECK_FALSE(is_utf8("\xC3"));
  CHECK_FALSE(is_utf8("a\xE2\x82"));
  CHECK_FALSE(is_utf8("\xC3("));
  CHECK_FALSE(is_utf8("\xE2(\xAC"));
  CHECK_FALSE(is_utf8("\xE2\x82("));
  // Longer than they need be, surrogates, beyond the last character.
  CHECK_FALSE(is_utf8("\xC0\x80"));
  CHECK_FALSE(is_utf8("\xE0\x80\x80"));
  CHECK_FALSE(is_utf8("\xF0\x80\x80\x80"));
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));
  CHECK_FALSE(is_utf8("\xF5\x80\x80\x80"));
}

} // namespace troupe::cluster
