// SPDX-License-Identifier: Apache-2.0
#include "bench_commit.h"
#include "bench_coordinator.h"

#include <troupe/storage/buffer.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/offset_commit.h>
#include <troupe/transport/kafka/request_header.h>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace troupe;

namespace {

constexpr size_t size_prefix_bytes = 4;

/// The frame as a broker reads it.
kafka::offset_commit_request decoded(std::span<const std::byte> bytes) {
  auto frame = storage::buffer::copy_of(bytes.subspan(size_prefix_bytes));
  size_t body_position = 0;
  auto header = kafka::parse_request_header(frame, &body_position);
  REQUIRE(header);
  auto request = kafka::decode_request<kafka::offset_commit_request>(
      frame, body_position, header->api_version);
  REQUIRE(request);
  return *request;
}

bench::bench_options options() {
  bench::bench_options x;
  x.topic = "t";
  return x;
}

/// Correlation 0, one topic "t" with two partitions.
std::vector<std::byte> answer(uint8_t first_error, uint8_t second_error) {
  const uint8_t raw[] = {0, 0, 0,           0,   0, 0, 0, 0, 0,           0, 0,
                         1, 0, 1,           't', 0, 0, 0, 2, 0,           0, 0,
                         0, 0, first_error, 0,   0, 0, 1, 0, second_error};
  auto bytes = std::as_bytes(std::span(raw));
  return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_CASE("bench commit: a broker reads what the frame was told") {
  bench::commit_frame frame("group-1", "t", 3);
  frame.group("group-2");
  frame.offset(77);
  auto request = decoded(frame.bytes());
  CHECK(request.group_id == "group-2");
  CHECK(request.generation_id_or_member_epoch == -1);
  CHECK(request.member_id.empty());
  CHECK_FALSE(request.group_instance_id);
  REQUIRE(request.topics.size() == 1);
  CHECK(request.topics[0].name == "t");
  REQUIRE(request.topics[0].partitions.size() == 3);
  for (int32_t i = 0; i < 3; ++i) {
    const auto& x = request.topics[0].partitions[static_cast<size_t>(i)];
    CHECK(x.partition_index == i);
    CHECK(x.committed_offset == 77);
  }
}

TEST_CASE("bench commit: every group has its turn, until the quota is spent") {
  bench::commit_source source(options(), 2, {"a", "b"}, {0, 6});
  std::string order;
  for (int32_t i = 0; auto x = source.next(i, 0); ++i)
    order += decoded(x->frame).group_id;
  CHECK(order == "aba");
}

TEST_CASE("bench commit: the error of any partition ends the run") {
  bench::commit_source source(options(), 2, {"a"}, {});
  auto good = answer(0, 0);
  auto worth = source.on_answer(good, 0);
  REQUIRE(worth);
  CHECK(worth->records == 2);
  CHECK_FALSE(source.on_answer(answer(0, 16), 0));
  CHECK_FALSE(source.on_answer(answer(16, 0), 0));
  for (size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(source.on_answer(std::span(good).first(size), 0));
}

TEST_CASE("bench commit: groups are dealt out, and shared when there are few") {
  bench::address here{"h", 1};
  std::vector<bench::bench_group> groups{{"a", here}, {"b", here}, {"c", here}};
  auto shares = bench::share_groups(groups, 2);
  REQUIRE(shares.size() == 2);
  CHECK(shares[0].groups == std::vector<std::string>{"a", "c"});
  CHECK(shares[1].groups == std::vector<std::string>{"b"});
  shares = bench::share_groups(groups, 4);
  REQUIRE(shares.size() == 4);
  CHECK(shares[3].groups == std::vector<std::string>{"a"});
}

TEST_CASE("bench commit: groups of two brokers need two connections") {
  auto shares = bench::share_groups({{"a", {"h", 1}}, {"b", {"h", 2}}}, 1);
  REQUIRE(shares.size() == 2);
  CHECK(shares[0].coordinator.port == 1);
  CHECK(shares[1].coordinator.port == 2);
}
