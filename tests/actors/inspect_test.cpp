// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/inspect.h>
#include <troupe/actors/messages/peer.h>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::actors;

namespace {

using bytes = std::vector<char>;

template <class... Ts>
bytes written(Ts... xs) {
  bytes into;
  caf::binary_serializer sink(nullptr, into);
  REQUIRE_FALSE(sink(xs...));
  return into;
}

template <class T>
bool read(const bytes& from, T& into) {
  caf::binary_deserializer source(nullptr, from);
  return !source(into);
}

} // namespace

TEST_CASE("inspect: bytes come back as they were") {
  for (const std::string text : {"", "x", "some more bytes"}) {
    storage::buffer back;
    REQUIRE(read(written(storage::buffer::copy_of(text)), back));
    CHECK(std::string(reinterpret_cast<const char*>(back.data()), back.size())
          == text);
  }
}

TEST_CASE("inspect: bytes that did not come are not allocated") {
  auto all = written(storage::buffer::copy_of("0123456789"));
  for (size_t size = 0; size < all.size(); ++size) {
    bytes part(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    storage::buffer back;
    CHECK_FALSE(read(part, back));
  }
  // A size of 2^56 - 1, as CAF writes it.
  bytes huge(8, '\xff');
  huge.push_back('\x7f');
  storage::buffer back;
  CHECK_FALSE(read(huge, back));
}

TEST_CASE("inspect: problems keep their kind, code and sentence") {
  const problem all[] = {
      {},
      {errc::fenced_leader_epoch, "older than ours"},
      storage::error{storage::errc::disk_full, "no room"},
      cluster::decision{cluster::refusal::topic_exists, "there already"},
  };
  for (const auto& x : all) {
    problem back;
    REQUIRE(read(written(x), back));
    CHECK(back.code == x.code);
    CHECK(back.message == x.message);
  }
}

TEST_CASE("inspect: a code of a newer version is an internal problem") {
  for (auto [kind, code] :
       {std::pair<uint8_t, uint8_t>{1, 250}, {2, 250}, {3, 250}, {9, 0}}) {
    problem back;
    REQUIRE(read(written(kind, code, std::string("something new")), back));
    CHECK(std::get<errc>(back.code) == errc::internal);
    CHECK(back.message == "something new");
  }
}

TEST_CASE("inspect: an answer to a pull comes back whole") {
  pull_answered x;
  x.number = 7;
  x.outcome.name = {"orders", 3};
  x.outcome.topic_id.bytes[15] = 9;
  x.outcome.fetch_offset = 1'000'000'000'000;
  x.outcome.why = {errc::unknown_partition, "elsewhere"};
  x.outcome.leader_epoch = 5;
  x.outcome.high_watermark = 99;
  x.outcome.log_start_offset = 1;
  x.batches_bytes = 3;
  x.piece = storage::buffer::copy_of("abc");
  for (bool diverging : {false, true}) {
    if (diverging)
      x.outcome.diverging = diverging_epoch{4, 80};
    pull_answered back;
    REQUIRE(read(written(x), back));
    CHECK(back.number == 7);
    CHECK(back.outcome.name == x.outcome.name);
    CHECK(back.outcome.topic_id == x.outcome.topic_id);
    CHECK(back.outcome.fetch_offset == x.outcome.fetch_offset);
    CHECK(std::get<errc>(back.outcome.why.code) == errc::unknown_partition);
    CHECK(back.outcome.leader_epoch == 5);
    CHECK(back.outcome.high_watermark == 99);
    CHECK(back.outcome.log_start_offset == 1);
    CHECK(back.outcome.diverging == x.outcome.diverging);
    CHECK(back.piece.size() == 3);
  }
}
