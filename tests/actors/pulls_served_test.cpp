// SPDX-License-Identifier: Apache-2.0
#include "pulls_served.h"

#include "temporary_directory.h"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// A file with `text`, and pulls that are answered from it.
class serving {
public:
  explicit serving(const std::string& text) : size_(text.size()) {
    auto opened = storage::posix_file_system().open(
        directory_ / "00000000000000000000.log", storage::open_mode::create);
    REQUIRE(opened);
    file_ = *opened;
    std::array parts{std::as_bytes(std::span(text))};
    REQUIRE(file_->write(0, parts));
  }

  send_pull
  pull(int32_t partition, uint64_t number, storage::offset_t from = 0) const {
    send_pull x;
    x.number = number;
    x.pull.name = {"orders", partition};
    x.pull.fetch_offset = from;
    return x;
  }

  records_pulled answer(int32_t partition, storage::offset_t from = 0) const {
    return cut(partition, static_cast<uint32_t>(size_), from);
  }

  records_pulled
  cut(int32_t partition, uint32_t size, storage::offset_t from = 0) const {
    records_pulled x;
    x.outcome.name = {"orders", partition};
    x.outcome.fetch_offset = from;
    x.outcome.high_watermark = 42;
    x.records = {file_, 0, size, nullptr};
    return x;
  }

private:
  temporary_directory directory_;
  std::shared_ptr<storage::file> file_;
  size_t size_;
};

std::string text_of(const storage::buffer& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

pulls_served_limits pieces_of(uint32_t bytes) {
  pulls_served_limits x;
  x.piece_bytes_max = bytes;
  x.pulls_max = 3;
  return x;
}

} // namespace

TEST_CASE("pulls served: an answer goes in pieces that credit allows") {
  serving files("0123456789");
  pulls_served x(pieces_of(4));
  x.open(8);
  REQUIRE(x.begin(files.pull(0, 7)));
  CHECK_FALSE(x.next());
  x.answer(files.answer(0));
  auto first = x.next();
  REQUIRE(first);
  auto& answered = std::get<pull_answered>(*first);
  CHECK(answered.number == 7);
  CHECK(answered.batches_bytes == 10);
  CHECK(answered.outcome.high_watermark == 42);
  CHECK(text_of(answered.piece) == "0123");
  CHECK(text_of(std::get<pull_continued>(*x.next()).piece) == "4567");
  CHECK_FALSE(x.next());
  CHECK(x.stalled());
  CHECK(x.in_flight_bytes() == 8);
  x.grant(4);
  CHECK(text_of(std::get<pull_continued>(*x.next()).piece) == "89");
  CHECK_FALSE(x.stalled());
  CHECK_FALSE(x.next());
}

TEST_CASE("pulls served: without credit nothing is read or sent") {
  serving files("0123456789");
  pulls_served x(pieces_of(4));
  x.open(0);
  REQUIRE(x.begin(files.pull(0, 1)));
  x.answer(files.answer(0));
  CHECK_FALSE(x.next());
  CHECK(x.stalled());
}

TEST_CASE("pulls served: an answer without records needs no credit") {
  serving files("0");
  pulls_served x(pieces_of(4));
  x.open(0);
  REQUIRE(x.begin(files.pull(0, 1)));
  x.answer(files.cut(0, 0));
  auto sent = x.next();
  REQUIRE(sent);
  CHECK(std::get<pull_answered>(*sent).batches_bytes == 0);
}

TEST_CASE("pulls served: an answer without records passes those that wait for "
          "credit") {
  serving files("0123456789");
  pulls_served x(pieces_of(4));
  x.open(4);
  REQUIRE(x.begin(files.pull(0, 1)));
  REQUIRE(x.begin(files.pull(1, 2)));
  x.answer(files.answer(0));
  CHECK(text_of(std::get<pull_answered>(*x.next()).piece) == "0123");
  CHECK(x.stalled());
  x.answer(files.cut(1, 0));
  auto urgent = x.next();
  REQUIRE(urgent);
  CHECK(std::get<pull_answered>(*urgent).number == 2);
  CHECK_FALSE(x.next());
  x.grant(4);
  CHECK(text_of(std::get<pull_continued>(*x.next()).piece) == "4567");
}

TEST_CASE("pulls served: a newer pull takes the place of an older one") {
  serving files("0123");
  pulls_served x(pieces_of(4));
  x.open(100);
  REQUIRE(x.begin(files.pull(0, 1, 10)));
  REQUIRE(x.begin(files.pull(0, 2, 20)));
  CHECK(x.waiting() == 1);
  x.answer(files.answer(0, 10));
  CHECK_FALSE(x.next());
  x.answer(files.answer(0, 20));
  CHECK(std::get<pull_answered>(*x.next()).number == 2);
}

TEST_CASE("pulls served: too many pulls are turned away") {
  serving files("0123");
  pulls_served x(pieces_of(4));
  x.open(0);
  for (int32_t i = 0; i < 3; ++i)
    CHECK(x.begin(files.pull(i, 1)));
  CHECK_FALSE(x.begin(files.pull(3, 1)));
  x.answer(files.answer(0));
  CHECK_FALSE(x.begin(files.pull(3, 1)));
}

TEST_CASE("pulls served: bytes that are not there end the answer") {
  serving files("01234567");
  pulls_served x(pieces_of(4));
  x.open(100);
  REQUIRE(x.begin(files.pull(0, 1)));
  x.answer(files.cut(0, 12));
  CHECK(text_of(std::get<pull_answered>(*x.next()).piece) == "0123");
  CHECK(text_of(std::get<pull_continued>(*x.next()).piece) == "4567");
  auto last = x.next();
  REQUIRE(last);
  CHECK(std::get<pull_continued>(*last).broken);
  CHECK(x.in_flight_bytes() == 8);
  CHECK_FALSE(x.next());
}

TEST_CASE("pulls served: a peer with a small window gets small pieces") {
  serving files("01234567");
  pulls_served x(pieces_of(100));
  x.open(3);
  REQUIRE(x.begin(files.pull(0, 1)));
  x.answer(files.answer(0));
  CHECK(text_of(std::get<pull_answered>(*x.next()).piece) == "012");
  CHECK(x.stalled());
}
