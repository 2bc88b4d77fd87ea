// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/transport/lane.h>

// The one place that includes Asio. Each event loop has one thread and others
// reach it through its mutex: Asio's own fences, which the thread sanitizer
// does not understand, are not needed.
#define BOOST_ASIO_DISABLE_FENCED_BLOCK

#include <utility> // Boost 1.74 relies on it under C++20

// Where Asio is inlined, g++ 12 sees null pointers that its loops rule out.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#pragma GCC diagnostic pop

#include <functional>
#include <list>
#include <optional>
#include <thread>

namespace troupe::transport {

/// A descriptor whose readiness a lane waits for. The concrete executor spares
/// the type-erased one on every wait.
using lane_descriptor = boost::asio::posix::basic_stream_descriptor<
    boost::asio::io_context::executor_type>;

struct lane::implementation {
  struct delayed_job {
    boost::asio::steady_timer timer;
    std::function<void()> job;
  };

  void run(const std::string& name);
  void
  arm(std::chrono::steady_clock::time_point when, std::function<void()> job);
  void begin_stop();

  /// One thread runs it: the hint lets posts from that thread skip the lock.
  boost::asio::io_context context{1};
  std::optional<
      boost::asio::executor_work_guard<boost::asio::io_context::executor_type>>
      work{context.get_executor()};
  /// These two are touched on the lane only.
  std::list<delayed_job> delayed;
  bool stopping = false;
  std::thread thread;
};

inline boost::asio::io_context& context_of(lane& x) noexcept {
  return x.impl().context;
}

} // namespace troupe::transport
