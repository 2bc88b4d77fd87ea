// SPDX-License-Identifier: Apache-2.0
#include "pulls_sent.h"

#include <doctest/doctest.h>

#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

pull_batches pull_of(int32_t partition, storage::offset_t from = 0) {
  pull_batches x;
  x.name = {"orders", partition};
  x.fetch_offset = from;
  x.wait_ms_max = 500;
  return x;
}

pull_answered
answer_of(uint64_t number, const std::string& piece, uint32_t bytes_in_all) {
  pull_answered x;
  x.number = number;
  x.batches_bytes = bytes_in_all;
  x.piece = storage::buffer::copy_of(piece);
  return x;
}

std::string text_of(const storage::buffer& x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

pulls_sent_limits small_limits() {
  pulls_sent_limits x;
  x.pulls_max = 2;
  x.credit_bytes = 80;
  x.answer_bytes_max = 100;
  x.answer_timeout = 1000ms;
  return x;
}

} // namespace

TEST_CASE("pulls sent: an answer in one piece is handed on as it is") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0), {}, 0s);
  REQUIRE(sent);
  CHECK(x.under_way() == 1);
  auto piece = answer_of(sent->number, "batches", 7);
  auto* memory = piece.piece.data();
  auto done = x.take(std::move(piece));
  REQUIRE(done);
  CHECK(done->answer.batches.data() == memory);
  CHECK(done->answer.outcome.why.ok());
  CHECK(x.under_way() == 0);
}

TEST_CASE("pulls sent: pieces are put together in order") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0), {}, 0s);
  CHECK_FALSE(x.take(answer_of(sent->number, "one ", 11)));
  CHECK_FALSE(x.take(
      pull_continued{sent->number, storage::buffer::copy_of("two "), {}}));
  auto done =
      x.take(pull_continued{sent->number, storage::buffer::copy_of("end"), {}});
  REQUIRE(done);
  CHECK(text_of(done->answer.batches) == "one two end");
}

TEST_CASE("pulls sent: credit comes back when the follower pulls again") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0), {}, 0s);
  REQUIRE(x.take(answer_of(sent->number, "0123456789", 10)));
  CHECK_FALSE(x.all_credit());
  REQUIRE(x.begin(pull_of(0, 5), {}, 0s));
  CHECK(x.due_credit() == 10u);
  CHECK_FALSE(x.all_credit());
}

TEST_CASE("pulls sent: credit comes back when the follower is gone") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0), {}, 0s);
  REQUIRE(x.take(answer_of(sent->number, "01234", 5)));
  static_cast<void>(x.forget({"orders", 0}));
  CHECK(x.all_credit() == 5u);
}

TEST_CASE("pulls sent: credit of an answer that nobody waits for comes back") {
  pulls_sent x(small_limits());
  auto old = x.begin(pull_of(0), {}, 0s);
  auto newer = x.begin(pull_of(0), {}, 0s);
  CHECK(newer->number != old->number);
  CHECK(x.under_way() == 1);
  CHECK_FALSE(x.take(answer_of(old->number, "late", 4)));
  CHECK(x.all_credit() == 4u);
}

TEST_CASE("pulls sent: an answer longer than the window does not wait for it") {
  auto limits = small_limits();
  limits.credit_bytes = 8;
  pulls_sent x(limits);
  auto sent = x.begin(pull_of(0), {}, 0s);
  CHECK_FALSE(x.take(answer_of(sent->number, "012345", 12)));
  CHECK(x.due_credit() == 6u);
}

TEST_CASE("pulls sent: an answer longer than the limit is refused") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0, 17), {}, 0s);
  auto done = x.take(answer_of(sent->number, "0123456789", 101));
  REQUIRE(done);
  CHECK_FALSE(done->answer.outcome.why.ok());
  CHECK(done->answer.outcome.name == storage::topic_partition{"orders", 0});
  CHECK(done->answer.outcome.fetch_offset == 17);
  CHECK(x.all_credit() == 10u);
}

TEST_CASE("pulls sent: more than was announced is refused") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0), {}, 0s);
  CHECK_FALSE(x.take(answer_of(sent->number, "0123", 6)));
  auto done =
      x.take(pull_continued{sent->number, storage::buffer::copy_of("456"), {}});
  REQUIRE(done);
  CHECK_FALSE(done->answer.outcome.why.ok());
  CHECK(done->answer.batches.empty());
}

TEST_CASE("pulls sent: what the leader breaks off is an error") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0), {}, 0s);
  CHECK_FALSE(x.take(answer_of(sent->number, "0123", 6)));
  auto done = x.take(pull_continued{sent->number, {}, true});
  REQUIRE(done);
  CHECK_FALSE(done->answer.outcome.why.ok());
}

TEST_CASE("pulls sent: too many partitions are turned away") {
  pulls_sent x(small_limits());
  CHECK(x.begin(pull_of(0), {}, 0s));
  CHECK(x.begin(pull_of(1), {}, 0s));
  CHECK_FALSE(x.begin(pull_of(2), {}, 0s));
  CHECK(x.begin(pull_of(1), {}, 0s));
  static_cast<void>(x.forget({"orders", 0}));
  CHECK(x.begin(pull_of(2), {}, 0s));
}

TEST_CASE("pulls sent: a silent leader is answered for") {
  pulls_sent x(small_limits());
  auto sent = x.begin(pull_of(0, 3), {}, 0s);
  CHECK(x.expire(1500ms).empty());
  auto overdue = x.expire(1501ms);
  REQUIRE(overdue.size() == 1);
  CHECK(std::get<errc>(overdue[0].answer.outcome.why.code) == errc::timed_out);
  CHECK(overdue[0].answer.outcome.fetch_offset == 3);
  CHECK_FALSE(x.take(answer_of(sent->number, "late", 4)));
}

TEST_CASE("pulls sent: when the link is lost everybody is told") {
  pulls_sent x(small_limits());
  auto first = x.begin(pull_of(0), {}, 0s);
  REQUIRE(x.take(answer_of(first->number, "01234", 5)));
  REQUIRE(x.begin(pull_of(0), {}, 0s));
  REQUIRE(x.begin(pull_of(1), {}, 0s));
  auto told = x.fail({errc::timed_out, "gone"});
  CHECK(told.size() == 2);
  CHECK(x.under_way() == 0);
  CHECK_FALSE(x.all_credit());
}
