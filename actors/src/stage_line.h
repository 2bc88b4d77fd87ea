// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/stage_interfaces.h>
#include <troupe/storage/assert.h>

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace troupe::actors {

/// The batches in front of a topic's partitions, in the order in which they
/// came and will go:
///
///     answered ... | asked ... | waiting ...
///
/// The stages answer in that order, too. Several are asked at a time, so that
/// their thread need not be woken for each.
class stage_line {
public:
  struct place {
    append_through_stages batch;
    ticket_t ticket = 0;
    std::optional<batch_staged> outcome = {};
  };

  void add(append_through_stages x) { line_.push_back({std::move(x)}); }

  /// Those that nobody was asked about.
  size_t waiting() const noexcept { return line_.size() - asked_; }
  /// Those that somebody was asked about, answered or not.
  size_t asked() const noexcept { return asked_; }
  bool unanswered() const noexcept { return answered_ < asked_; }

  /// The next one that waits is asked about, with its ticket.
  const place& ask() {
    ASSERT(waiting() > 0);
    auto& next = line_[asked_++];
    next.ticket = ++last_ticket_;
    return next;
  }

  /// Whether this is the answer that comes next; others are of stages that
  /// were given up.
  bool expects(ticket_t ticket) const {
    return unanswered() && line_[answered_].ticket == ticket;
  }
  void answer(batch_staged outcome) {
    ASSERT(unanswered());
    line_[answered_++].outcome = std::move(outcome);
  }
  /// The stages failed with the next one. Those behind it wait again.
  void fail(batch_staged outcome) {
    answer(std::move(outcome));
    asked_ = answered_;
  }

  /// The first one, when it was answered; else null.
  place* settled() { return answered_ > 0 ? &line_.front() : nullptr; }
  /// Takes the first one out, wherever it is.
  append_through_stages take() {
    ASSERT(!line_.empty());
    auto x = std::move(line_.front().batch);
    line_.pop_front();
    asked_ -= asked_ > 0 ? 1 : 0;
    answered_ -= answered_ > 0 ? 1 : 0;
    return x;
  }
  bool empty() const noexcept { return line_.empty(); }

private:
  std::deque<place> line_;
  size_t asked_ = 0;
  size_t answered_ = 0;
  ticket_t last_ticket_ = 0;
};

} // namespace troupe::actors
