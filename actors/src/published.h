// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace troupe::actors {

/// The newest of a sequence of immutable values: one actor publishes, any
/// thread takes a snapshot. This is how 10,000 sessions learn of a new topic
/// without 10,000 messages; what a snapshot holds never changes.
template <class T>
class published {
public:
  explicit published(std::shared_ptr<const T> first)
    : value_(std::move(first)) {}

  std::shared_ptr<const T> get() const {
    return value_.load(std::memory_order_acquire);
  }

  void publish(std::shared_ptr<const T> next) {
    value_.store(std::move(next), std::memory_order_release);
  }

private:
  std::atomic<std::shared_ptr<const T>> value_;
};

} // namespace troupe::actors
