// SPDX-License-Identifier: Apache-2.0
#include "storage/src/transaction_outcomes.h"
#include "tests/storage/hex.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace troupe::storage;
using troupe::tests::from_hex;
using enum transaction_outcomes::outcome;

namespace {

constexpr int16_t transactional_bit = 0x10;
constexpr int16_t control_bit = 0x20;

constexpr std::string_view abort_key = "00 00 00 00";
constexpr std::string_view commit_key = "00 00 00 01";

batch_header
header_at(offset_t offset, producer_id_t producer, int16_t attributes) {
  batch_header x;
  x.base_offset = offset;
  x.producer_id = producer;
  x.attributes = attributes;
  x.records_count = 1;
  return x;
}

struct fixture {
  transaction_outcomes outcomes;

  void records(offset_t offset, producer_id_t producer) {
    outcomes.note(header_at(offset, producer, transactional_bit), {});
  }

  /// A marker whose one record has this key.
  void marker(offset_t offset, producer_id_t producer, std::string_view key) {
    auto bytes = std::vector<std::byte>(batch_header_bytes);
    auto body = from_hex("00 00 00");
    auto key_bytes = from_hex(key);
    body.push_back(static_cast<std::byte>(2 * key_bytes.size()));
    body.insert(body.end(), key_bytes.begin(), key_bytes.end());
    for (auto byte : from_hex("00 00"))
      body.push_back(byte);
    bytes.push_back(static_cast<std::byte>(2 * body.size()));
    bytes.insert(bytes.end(), body.begin(), body.end());
    outcomes.note(
        header_at(offset, producer,
                  static_cast<int16_t>(transactional_bit | control_bit)),
        bytes);
  }

  transaction_outcomes::outcome of(offset_t offset, producer_id_t producer) {
    return outcomes.of(header_at(offset, producer, transactional_bit));
  }
};

} // namespace

TEST_CASE("transaction outcomes: what is in no transaction is committed") {
  fixture x;
  x.records(10, 1);
  CHECK(x.outcomes.of(header_at(10, 1, 0)) == committed);
  CHECK(x.outcomes.of(header_at(10, -1, 0)) == committed);
  // Nothing was noted of this one: its markers were compacted away.
  CHECK(x.of(10, 2) == committed);
}

TEST_CASE("transaction outcomes: without a marker a transaction is open") {
  fixture x;
  x.records(10, 1);
  x.records(12, 1);
  CHECK(x.of(10, 1) == open);
  CHECK(x.of(12, 1) == open);
  CHECK(x.of(9, 1) == committed);
}

TEST_CASE("transaction outcomes: a marker decides what came before it") {
  fixture x;
  x.records(10, 1);
  x.records(12, 1);
  x.marker(14, 1, abort_key);
  x.records(15, 1);
  x.marker(17, 1, commit_key);
  x.records(18, 1);
  CHECK(x.of(9, 1) == committed);
  CHECK(x.of(10, 1) == aborted);
  CHECK(x.of(12, 1) == aborted);
  CHECK(x.of(15, 1) == committed);
  CHECK(x.of(18, 1) == open);
}

TEST_CASE("transaction outcomes: producers end their own transactions only") {
  fixture x;
  x.records(10, 1);
  x.records(11, 2);
  x.records(12, 3);
  x.marker(13, 2, abort_key);
  x.marker(14, 1, commit_key);
  CHECK(x.of(10, 1) == committed);
  CHECK(x.of(11, 2) == aborted);
  CHECK(x.of(12, 3) == open);
}

TEST_CASE("transaction outcomes: many aborts in a row are kept apart") {
  fixture x;
  for (offset_t offset = 0; offset < 100; offset += 4) {
    x.records(offset, 1);
    x.marker(offset + 1, 1, abort_key);
    x.records(offset + 2, 1);
    x.marker(offset + 3, 1, commit_key);
  }
  for (offset_t offset = 0; offset < 100; offset += 4) {
    CHECK(x.of(offset, 1) == aborted);
    CHECK(x.of(offset + 2, 1) == committed);
  }
}

TEST_CASE("transaction outcomes: an abort of nothing aborts nothing") {
  fixture x;
  x.marker(10, 1, abort_key);
  x.records(11, 1);
  x.marker(12, 1, commit_key);
  x.marker(13, 1, abort_key);
  CHECK(x.of(9, 1) == committed);
  CHECK(x.of(11, 1) == committed);
}

TEST_CASE("transaction outcomes: a marker of no known type ends nothing") {
  fixture x;
  x.records(10, 1);
  x.marker(11, 1, "00 00 00 02");
  x.marker(12, 1, "00 00");
  x.marker(13, 1, "");
  CHECK(x.of(10, 1) == open);
}
