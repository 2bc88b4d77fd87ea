// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/follower_replication.h>
#include <troupe/cluster/retry_pause.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

using namespace troupe::cluster;

namespace {

using step = follower_step::kind;

/// Node 2 leads in epoch 5.
follower_replication follower(offset_t high_watermark = 0, offset_t end = 30) {
  return {{2, 5, {1, 2}, {1, 2}, 9}, high_watermark, end};
}

/// A log by the first offset of each epoch.
follower_log log_of(std::map<leader_epoch_t, offset_t> epochs, offset_t end) {
  follower_log x;
  x.start_offset = epochs.empty() ? end : epochs.begin()->second;
  x.end_offset = end;
  x.end_of_epoch = [epochs, end](leader_epoch_t wanted) -> epoch_end {
    auto next = epochs.upper_bound(wanted);
    if (wanted < 0 || epochs.empty())
      return {};
    if (next == epochs.begin())
      return {wanted, next->second};
    return {std::prev(next)->first, next == epochs.end() ? end : next->second};
  };
  return x;
}

leader_answer diverging(leader_epoch_t epoch, offset_t end) {
  return {pull_verdict::served, 5, 20, 0, epoch_end{epoch, end}};
}

leader_answer refused(pull_verdict x, offset_t log_start = 0) {
  return {x, 5, 20, log_start, std::nullopt};
}

} // namespace

TEST_CASE("follower replication: what its leader serves is appended") {
  auto log = log_of({{1, 0}, {4, 20}}, 30);
  CHECK(follower().decide(refused(pull_verdict::served), log)
        == follower_step{step::append, -1});
}

TEST_CASE("follower replication: an answer of another epoch is left alone") {
  auto log = log_of({{1, 0}}, 30);
  leader_answer late{pull_verdict::served, 4, 20, 0, std::nullopt};
  CHECK(follower().decide(late, log).what == step::ignore);
  late.diverging = epoch_end{1, 10};
  CHECK(follower().decide(late, log).what == step::ignore);
  late.leader_epoch = 6;
  CHECK(follower().decide(late, log).what == step::ignore);
}

TEST_CASE("follower replication: it cuts where the leader's epoch ends") {
  auto log = log_of({{1, 0}, {4, 20}}, 30);
  CHECK(follower().decide(diverging(4, 25), log)
        == follower_step{step::truncate, 25});
}

TEST_CASE("follower replication: it cuts where its own epoch ends when that is "
          "less") {
  auto log = log_of({{1, 0}, {4, 20}}, 30);
  CHECK(follower().decide(diverging(1, 28), log)
        == follower_step{step::truncate, 20});
  // The leader has epoch 3, of which nothing is here.
  CHECK(follower().decide(diverging(3, 24), log)
        == follower_step{step::truncate, 20});
  CHECK(follower().decide(diverging(1, 15), log)
        == follower_step{step::truncate, 15});
}

TEST_CASE("follower replication: it restarts when nothing of the log is left") {
  auto log = log_of({{4, 20}}, 30);
  CHECK(follower().decide(diverging(2, 10), log)
        == follower_step{step::restart, 10});
  auto x = diverging(2, 10);
  x.log_start_offset = 15;
  CHECK(follower().decide(x, log) == follower_step{step::restart, 15});
}

TEST_CASE("follower replication: an end without an epoch is cut to as it is") {
  auto log = log_of({}, 30);
  CHECK(follower().decide(diverging(-1, 20), log)
        == follower_step{step::restart, 20});
  log.start_offset = 10;
  CHECK(follower().decide(diverging(-1, 20), log)
        == follower_step{step::truncate, 20});
}

TEST_CASE("follower replication: a cut that cuts nothing is not repeated") {
  auto log = log_of({{4, 0}}, 30);
  CHECK(follower().decide(diverging(4, 30), log).what == step::back_off);
  CHECK(follower().decide(diverging(4, 40), log).what == step::back_off);
  CHECK(follower().decide(diverging(4, -5), log).what == step::back_off);
}

TEST_CASE("follower replication: it restarts where the leader's log begins "
          "when its own ended before") {
  auto log = log_of({{1, 0}}, 30);
  auto x = follower();
  CHECK(x.decide(refused(pull_verdict::out_of_range, 31), log)
        == follower_step{step::restart, 31});
  CHECK(x.decide(refused(pull_verdict::out_of_range, 30), log).what
        == step::back_off);
}

TEST_CASE("follower replication: what the leader cannot serve is asked again") {
  auto log = log_of({{1, 0}}, 30);
  auto x = refused(pull_verdict::unavailable);
  CHECK(follower().decide(x, log).what == step::back_off);
  x.verdict = pull_verdict::fenced;
  x.leader_epoch = 6;
  CHECK(follower().decide(x, log).what == step::await_image);
  // A pull of the epoch before, fenced on its way.
  x.leader_epoch = 5;
  CHECK(follower().decide(x, log).what == step::ignore);
}

TEST_CASE("follower replication: the high watermark is the leader's, as far as "
          "the log goes") {
  auto x = follower(0, 0);
  CHECK(x.advance(20, 12));
  CHECK(x.high_watermark() == 12);
  CHECK_FALSE(x.advance(12, 30));
  CHECK(x.advance(20, 30));
  CHECK(x.high_watermark() == 20);
  // A new leader may know of less.
  CHECK_FALSE(x.advance(15, 30));
  CHECK(x.high_watermark() == 20);
  x.truncated(18);
  CHECK(x.high_watermark() == 18);
}

TEST_CASE("follower replication: it begins not above the end of its log") {
  CHECK(follower(50, 30).high_watermark() == 30);
  CHECK(follower(20, 30).high_watermark() == 20);
}

TEST_CASE("retry pause: it doubles up to its bound and begins anew") {
  retry_pause x{100, 350};
  CHECK(x.after_failure(0) == 50);
  CHECK(x.after_failure(100) == 200);
  CHECK(x.after_failure(0) == 175);
  CHECK(x.after_failure(175) == 350);
  CHECK(x.after_failure(175) == 350);
  x.succeeded();
  CHECK(x.after_failure(50) == 100);
  for (uint64_t random = 0; random < 1'000; ++random)
    CHECK(x.after_failure(random) <= 350);
}
