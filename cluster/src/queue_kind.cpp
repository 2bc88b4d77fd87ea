// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/queue_kind.h>
#include <troupe/storage/assert.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

constexpr std::string_view out_of_time = "not acknowledged in time, last try";

using what = queue_step::kind;

} // namespace

queue_kind::queue_kind(const queue_config& config, int32_t partition,
                       const mover_position& from)
    : config_(config), partition_(partition), read_end_(from.inbox),
      topic_end_(from.topic), acknowledgements_end_(from.acknowledgements),
      marks_(from) {}

bool queue_kind::wants_more() const noexcept {
  return scanned_ && fresh_.size() + entries_.size() < config_.pending_max;
}

void queue_kind::advance(offset_t end) {
  ASSERT(scanned_);
  ASSERT(end > read_end_);
  if (read_end_ > found_last_) {
    finished_.clear();
    marks_.add({read_end_, topic_end_, acknowledgements_end_});
  }
  read_end_ = end;
}

void queue_kind::take(offset_t offset) {
  ASSERT(offset >= read_end_);
  advance(offset + 1);
  if (!finished_.contains(offset) && !entries_.contains(offset))
    fresh_.push_back(offset);
}

void queue_kind::skip_to(offset_t end) {
  if (end > read_end_)
    advance(end);
}

void queue_kind::set_alarm(entry_map::iterator i, phase in, timestamp_ms at) {
  i->second.in = in;
  i->second.alarm_ms = at;
  alarms_.emplace(at, i->first);
}

void queue_kind::clear_alarm(entry_map::iterator i) {
  alarms_.erase({i->second.alarm_ms, i->first});
}

void queue_kind::consumed(offset_t topic_end, timestamp_ms now) {
  consumed_ = std::max(consumed_, topic_end);
  start_clocks(now);
}

void queue_kind::start_clocks(timestamp_ms now) {
  while (!unseen_.empty() && unseen_.front().first < consumed_) {
    auto [topic_offset, offset] = unseen_.front();
    unseen_.pop_front();
    auto i = entries_.find(offset);
    // It may be finished, released or rejected already.
    if (i != entries_.end() && i->second.in == phase::unseen
        && i->second.topic_offset == topic_offset)
      set_alarm(i, phase::held, now + config_.visibility_ms);
  }
}

void queue_kind::deliver(offset_t offset, entry& x,
                         std::vector<queue_step>& steps) {
  x.in = phase::delivering;
  batch_.push_back(offset);
  steps.push_back({what::deliver, offset, x.attempt, {}});
}

void queue_kind::ring_alarms(timestamp_ms now, size_t count_max,
                             std::vector<queue_step>& steps) {
  while (!alarms_.empty() && alarms_.begin()->first <= now
         && steps.size() < count_max) {
    auto i = entries_.find(alarms_.begin()->second);
    ASSERT(i != entries_.end());
    auto rang = i->second.alarm_ms;
    clear_alarm(i);
    if (i->second.in == phase::held) {
      retry(i, out_of_time, rang);
    } else {
      ++i->second.attempt;
      deliver(i->first, i->second, steps);
    }
  }
}

std::vector<queue_step> queue_kind::decide(timestamp_ms now, size_t count_max) {
  std::vector<queue_step> steps;
  if (!scanned_ || !batch_.empty())
    return steps;
  // Old records first: they have waited longest.
  ring_alarms(now, count_max, steps);
  for (; !burials_.empty() && steps.size() < count_max; burials_.pop_front()) {
    auto i = entries_.find(burials_.front());
    if (i != entries_.end())
      steps.push_back(
          {what::bury, i->first, i->second.attempt, i->second.reason});
  }
  for (; !fresh_.empty() && steps.size() < count_max
         && entries_.size() < config_.window;
       fresh_.pop_front())
    deliver(fresh_.front(), entries_[fresh_.front()], steps);
  return steps;
}

void queue_kind::appended(offset_t base, timestamp_ms now) {
  ASSERT(!batch_.empty());
  ASSERT(base >= topic_end_);
  for (auto offset : batch_) {
    auto i = entries_.find(offset);
    // An earlier delivery of it may have been accepted meanwhile.
    if (i != entries_.end() && i->second.in == phase::delivering) {
      i->second.in = phase::unseen;
      i->second.topic_offset = base;
      unseen_.emplace_back(base, offset);
    }
    ++base;
  }
  batch_.clear();
  topic_end_ = base;
  // Consumers may have been quicker than this news.
  start_clocks(now);
}

std::optional<timestamp_ms> queue_kind::next_wake() const {
  if (!batch_.empty() || alarms_.empty())
    return std::nullopt;
  return alarms_.begin()->first;
}

mover_position queue_kind::position() {
  auto oldest = read_end_;
  if (!fresh_.empty())
    oldest = std::min(oldest, fresh_.front());
  if (!entries_.empty())
    oldest = std::min(oldest, entries_.begin()->first);
  if (oldest == read_end_ && read_end_ > found_last_)
    marks_ = mover_marks{{read_end_, topic_end_, acknowledgements_end_}};
  return marks_.at(oldest);
}

} // namespace troupe::cluster
