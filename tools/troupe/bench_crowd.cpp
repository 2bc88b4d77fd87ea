// SPDX-License-Identifier: Apache-2.0
#include "bench_crowd.h"

#include <troupe/storage/buffer.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <variant>

#include <sys/epoll.h>
#include <unistd.h>

namespace troupe::bench {

namespace {

/// Of a member that has settled while others have not.
constexpr nanoseconds impatient_interval = second / 200;
/// Answers are small; a leader's grows its buffer.
constexpr size_t member_buffer_bytes = 4096;
constexpr size_t events_per_wait = 256;
constexpr nanoseconds millisecond = second / 1000;

tl::unexpected<storage::error> epoll_failure() {
  return tl::unexpected(storage::from_errno(errno, "wait for many members"));
}

} // namespace

result<member_crowd>
member_crowd::open(const bench_options& options,
                   const std::vector<bench_group>& groups) {
  member_crowd made(options);
  made.poll_descriptor_ = epoll_create1(EPOLL_CLOEXEC);
  if (made.poll_descriptor_ < 0)
    return epoll_failure();
  made.groups_.resize(groups.size());
  for (size_t i = 0; i < groups.size(); ++i)
    for (int32_t n = 0; n < options.members; ++n)
      if (auto added = made.add(groups[i], i); !added)
        return tl::unexpected(added.error());
  return made;
}

member_crowd::member_crowd(member_crowd&& other) noexcept
    : options_(other.options_),
      poll_descriptor_(std::exchange(other.poll_descriptor_, -1)),
      seats_(std::move(other.seats_)), groups_(std::move(other.groups_)),
      groups_complete_(other.groups_complete_),
      alarms_(std::move(other.alarms_)),
      heartbeat_interval_(other.heartbeat_interval_),
      latency_(std::move(other.latency_)) {}

member_crowd::~member_crowd() {
  if (poll_descriptor_ >= 0)
    close(poll_descriptor_);
}

result<void> member_crowd::add(const bench_group& group, size_t index) {
  std::chrono::milliseconds timeout(
      static_cast<int64_t>(options_.timeout_s * 1000));
  auto socket =
      frame_socket::open(group.coordinator, timeout, member_buffer_bytes);
  if (!socket)
    return tl::unexpected(socket.error());
  epoll_event interest{};
  interest.events = EPOLLIN;
  interest.data.u64 = seats_.size();
  if (epoll_ctl(poll_descriptor_, EPOLL_CTL_ADD, socket->descriptor(),
                &interest)
      != 0)
    return epoll_failure();
  seats_.push_back(
      {std::move(*socket), group_member(options_, group.id), index});
  return {};
}

result<void> member_crowd::join_all() {
  heartbeat_interval_ = impatient_interval;
  for (auto& x : seats_)
    if (auto sent = send(x, x.member.join()); !sent)
      return sent;
  auto deadline = now_ns() + from_seconds(options_.timeout_s);
  while (groups_complete_ < groups_.size()) {
    if (now_ns() >= deadline)
      return failure(storage::errc::io,
                     fmt::format("{} of {} groups were complete within "
                                 "--timeout",
                                 groups_complete_, groups_.size()));
    if (auto done = wait(deadline); !done)
      return done;
    if (auto done = send_due_heartbeats(); !done)
      return done;
  }
  return {};
}

result<void> member_crowd::stay(nanoseconds end) {
  heartbeat_interval_ = options_.heartbeat_interval_ms * millisecond;
  alarms_ = {};
  latency_ = {};
  auto count = static_cast<nanoseconds>(seats_.size());
  auto begin = now_ns();
  for (size_t i = 0; i < seats_.size(); ++i)
    if (seats_[i].member.at() == group_member::phase::settled)
      alarms_.emplace(
          begin + static_cast<nanoseconds>(i) * heartbeat_interval_ / count, i);
  while (now_ns() < end) {
    if (auto done = wait(end); !done)
      return done;
    if (auto done = send_due_heartbeats(); !done)
      return done;
  }
  return {};
}

std::vector<std::string> member_crowd::member_ids(size_t group) const {
  std::vector<std::string> ids;
  for (const auto& x : seats_)
    if (x.group == group)
      ids.push_back(x.member.id());
  return ids;
}

result<void> member_crowd::send(seat& to, const transport::chunks& frame) {
  to.asked_at = now_ns();
  for (const auto& piece : frame)
    if (const auto* bytes = std::get_if<storage::buffer>(&piece))
      if (auto sent = to.socket.send(bytes->bytes()); !sent)
        return sent;
  return {};
}

result<void> member_crowd::wait(nanoseconds deadline) {
  auto until =
      alarms_.empty() ? deadline : std::min(deadline, alarms_.top().first);
  auto patience = std::max<nanoseconds>(until - now_ns(), 0);
  std::array<epoll_event, events_per_wait> events;
  auto timeout_ms =
      static_cast<int>((patience + millisecond - 1) / millisecond);
  auto count = epoll_wait(poll_descriptor_, events.data(),
                          static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR)
    return epoll_failure();
  for (int i = 0; i < count; ++i) {
    auto index = static_cast<size_t>(events[static_cast<size_t>(i)].data.u64);
    if (auto done = take_answer(index); !done)
      return done;
  }
  return {};
}

result<void> member_crowd::take_answer(size_t index) {
  auto& x = seats_[index];
  auto frame = x.socket.receive();
  if (!frame)
    return tl::unexpected(frame.error());
  auto now = now_ns();
  auto before = x.member.at();
  auto next = x.member.on_answer(*frame);
  if (!next)
    return tl::unexpected(next.error());
  if (before == group_member::phase::watching)
    latency_.record(static_cast<uint64_t>(now - x.asked_at));
  if (*next)
    return send(x, **next);
  if (before == group_member::phase::syncing)
    note_settled(x);
  alarms_.emplace(now + heartbeat_interval_, index);
  return {};
}

void member_crowd::note_settled(const seat& x) {
  auto& group = groups_[x.group];
  if (x.member.generation() > group.generation)
    group = {x.member.generation(), 0};
  if (x.member.generation() == group.generation)
    ++group.settled;
  if (group.settled == static_cast<size_t>(options_.members))
    ++groups_complete_;
}

result<void> member_crowd::send_due_heartbeats() {
  auto now = now_ns();
  while (!alarms_.empty() && alarms_.top().first <= now) {
    auto& x = seats_[alarms_.top().second];
    alarms_.pop();
    if (auto sent = send(x, x.member.heartbeat()); !sent)
      return sent;
  }
  return {};
}

} // namespace troupe::bench
