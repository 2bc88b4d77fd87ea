// SPDX-License-Identifier: Apache-2.0
#include "bench_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>

#include <sys/prctl.h>

namespace troupe::bench {

namespace {

/// How long a paced connection looks away from `cancelled`.
constexpr nanoseconds patience_max = second / 10;

int32_t leading_i32(std::span<const std::byte> frame) {
  uint32_t bits = 0;
  for (size_t i = 0; i < sizeof(bits); ++i)
    bits = (bits << 8) | std::to_integer<uint32_t>(frame[i]);
  return static_cast<int32_t>(bits);
}

/// One run of `drive`.
class pipeline {
public:
  pipeline(frame_socket& socket, request_source& source, const drive_plan& plan,
           drive_stats& stats)
      : socket_(socket), source_(source), plan_(plan), stats_(stats),
        due_(plan.first_at) {}

  result<void> run(const std::atomic<bool>& cancelled) {
    while (!cancelled) {
      auto now = now_ns();
      auto may_send = now < plan_.stop_at
                      && waiting_.size() < static_cast<size_t>(plan_.pipeline);
      auto exhausted = false;
      if (may_send && (plan_.interval == 0 || due_ <= now)) {
        auto sent = send_one(now);
        if (!sent)
          return tl::unexpected(sent.error());
        if (*sent)
          continue;
        exhausted = true;
      }
      if (waiting_.empty() && (exhausted || now >= plan_.stop_at))
        return {};
      if (may_send && !exhausted) {
        auto answered =
            socket_.readable(std::chrono::nanoseconds(patience(now)));
        if (!answered)
          return tl::unexpected(answered.error());
        if (!*answered)
          continue;
      }
      if (auto received = receive_one(); !received)
        return received;
    }
    return {};
  }

private:
  struct unanswered {
    int32_t correlation_id;
    nanoseconds intended;
  };

  /// Until the next request is due, but not for long.
  nanoseconds patience(nanoseconds now) const {
    return std::min(patience_max, std::min(due_, plan_.stop_at) - now);
  }

  /// False when the source has nothing to ask.
  result<bool> send_one(nanoseconds now) {
    auto intended = plan_.interval == 0 ? now : due_;
    auto x = source_.next(next_id_, intended);
    if (!x)
      return false;
    if (auto sent = socket_.send(x->frame); !sent)
      return tl::unexpected(sent.error());
    due_ += plan_.interval;
    if (source_.expects_answers())
      waiting_.push_back({next_id_, intended});
    else
      count({x->bytes, x->records}, intended, now_ns());
    next_id_ = next_id_ == INT32_MAX ? 0 : next_id_ + 1;
    return true;
  }

  result<void> receive_one() {
    auto frame = socket_.receive();
    if (!frame)
      return tl::unexpected(frame.error());
    auto now = now_ns();
    if (waiting_.empty() || frame->size() < sizeof(int32_t)
        || leading_i32(*frame) != waiting_.front().correlation_id)
      return failure(storage::errc::invalid_argument,
                     "the broker answered something that was not asked next");
    auto worth = source_.on_answer(*frame, now);
    if (!worth)
      return tl::unexpected(worth.error());
    count(*worth, waiting_.front().intended, now);
    waiting_.pop_front();
    return {};
  }

  void count(const amount& worth, nanoseconds intended, nanoseconds now) {
    if (now < plan_.measure_from)
      return;
    auto add = [](std::atomic<uint64_t>& to, uint64_t x) {
      to.store(to.load(std::memory_order_relaxed) + x,
               std::memory_order_relaxed);
    };
    add(stats_.bytes, worth.bytes);
    add(stats_.records, worth.records);
    ++stats_.requests;
    stats_.last_answer = now;
    stats_.latency.record(
        static_cast<uint64_t>(std::max<nanoseconds>(now - intended, 0)));
  }

  frame_socket& socket_;
  request_source& source_;
  const drive_plan& plan_;
  drive_stats& stats_;
  std::deque<unanswered> waiting_;
  int32_t next_id_ = 0;
  nanoseconds due_;
};

} // namespace

result<void> drive(frame_socket& socket, request_source& source,
                   const drive_plan& plan, const std::atomic<bool>& cancelled,
                   drive_stats& stats) {
  // Paced requests leave on time; the default slack of 50 us would show.
  prctl(PR_SET_TIMERSLACK, 1);
  return pipeline(socket, source, plan, stats).run(cancelled);
}

} // namespace troupe::bench
