// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/failure_detector.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

failure_detector::failure_detector(const cluster_config& config)
    : heartbeat_interval_ms_(config.heartbeat_interval_ms),
      session_timeout_ms_(config.session_timeout_ms),
      standstill_ms_max_(std::max(session_timeout_ms_, standstill_ms)) {
  ASSERT(heartbeat_interval_ms_ > 0);
  ASSERT(session_timeout_ms_ >= 2 * heartbeat_interval_ms_);
}

void failure_detector::begin(const metadata_image& image, int64_t now_ms) {
  sessions_.clear();
  looked_ms_ = now_ms;
  for (const auto& [id, node] : image.nodes) {
    if (node.fenced || node.incarnation.is_nil())
      continue;
    auto& x = sessions_[id];
    x.incarnation = node.incarnation;
  }
  renew(now_ms);
}

void failure_detector::renew(int64_t now_ms) {
  for (auto& [id, x] : sessions_) {
    x.deadline_ms = now_ms + session_timeout_ms_;
    x.moved_ms = now_ms;
  }
}

void failure_detector::heard(const node_heartbeat& x, offset_t end_offset,
                             int64_t now_ms) {
  auto [entry, fresh] = sessions_.try_emplace(x.node);
  auto& known = entry->second;
  if (fresh || known.incarnation != x.incarnation) {
    known = {};
    known.incarnation = x.incarnation;
    known.moved_ms = now_ms;
  }
  known.heard = true;
  if (x.metadata_end_offset >= end_offset
      || x.metadata_end_offset > known.metadata_end_offset)
    known.moved_ms = now_ms;
  known.metadata_end_offset =
      std::max(known.metadata_end_offset, x.metadata_end_offset);
  if (now_ms - known.moved_ms <= standstill_ms_max_)
    known.deadline_ms = now_ms + session_timeout_ms_;
}

void failure_detector::suspect(node_id node, int64_t now_ms) {
  auto i = sessions_.find(node);
  if (i == sessions_.end())
    return;
  auto& deadline = i->second.deadline_ms;
  deadline = std::min(deadline, now_ms + 2 * heartbeat_interval_ms_);
}

void failure_detector::forget(node_id node) {
  sessions_.erase(node);
}

void failure_detector::look(int64_t now_ms) {
  // A process that was stopped finds its clock ahead and the heartbeats that
  // came meanwhile unread: that is no reason to believe all others dead.
  auto late = now_ms - looked_ms_ - heartbeat_interval_ms_;
  looked_ms_ = now_ms;
  if (late > session_timeout_ms_ / 2)
    renew(now_ms);
}

std::vector<node_id> failure_detector::take_expired(int64_t now_ms) {
  look(now_ms);
  std::vector<node_id> expired;
  std::erase_if(sessions_, [&](const auto& entry) {
    if (entry.second.deadline_ms > now_ms)
      return false;
    expired.push_back(entry.first);
    return true;
  });
  return expired;
}

int64_t failure_detector::next_deadline_ms() const noexcept {
  auto next = looked_ms_ + heartbeat_interval_ms_;
  for (const auto& [id, x] : sessions_)
    next = std::min(next, x.deadline_ms);
  return next;
}

bool failure_detector::alive(node_id node, const uuid& incarnation) const {
  auto i = sessions_.find(node);
  return i != sessions_.end() && i->second.heard
         && i->second.incarnation == incarnation;
}

bool failure_detector::alive(node_id node) const {
  auto i = sessions_.find(node);
  return i != sessions_.end() && i->second.heard;
}

bool failure_detector::all_know(offset_t end, node_id except) const {
  return std::all_of(sessions_.begin(), sessions_.end(), [&](const auto& x) {
    return x.first == except || x.second.metadata_end_offset >= end;
  });
}

void failure_detector::begins_to_leave(node_id node, offset_t end) {
  auto i = sessions_.find(node);
  if (i == sessions_.end())
    return;
  i->second.began_to_leave = end;
  i->second.gave_up_leading.reset();
}

std::optional<offset_t>
failure_detector::gave_up_leading(node_id node, offset_t end) {
  auto i = sessions_.find(node);
  if (i == sessions_.end())
    return end;
  auto& x = i->second;
  if (x.began_to_leave && end <= *x.began_to_leave)
    return std::nullopt;
  if (!x.gave_up_leading)
    x.gave_up_leading = end;
  return x.gave_up_leading;
}

} // namespace troupe::cluster
