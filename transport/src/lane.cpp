// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/lane.h>

#include "lane_implementation.h"

#include <troupe/storage/assert.h>

#include <string>

#include <pthread.h>
#include <signal.h>

namespace troupe::transport {

namespace {

/// Which lane the calling thread runs; null on all other threads.
thread_local const lane::implementation* current = nullptr;

constexpr size_t thread_name_max = 15;

} // namespace

void lane::implementation::run(const std::string& name) {
  current = this;
  pthread_setname_np(pthread_self(), name.c_str());
  // sendfile has no MSG_NOSIGNAL: a peer that went away must not end us.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  context.run();
}

void lane::implementation::arm(std::chrono::steady_clock::time_point when,
                               std::function<void()> job) {
  if (stopping)
    return;
  delayed.push_front(
      {boost::asio::steady_timer(context, when), std::move(job)});
  auto place = delayed.begin();
  place->timer.async_wait([this, place](const boost::system::error_code&) {
    auto due = std::move(place->job);
    delayed.erase(place);
    // Only `begin_stop` cancels; a timer that fired just before it must not
    // run its job either.
    if (!stopping)
      due();
  });
}

void lane::implementation::begin_stop() {
  stopping = true;
  for (auto& x : delayed)
    x.timer.cancel();
  work.reset();
}

lane::lane(const char* name) : impl_(std::make_unique<implementation>()) {
  std::string thread_name(name);
  ASSERT(thread_name.size() <= thread_name_max);
  impl_->thread = std::thread(
      [impl = impl_.get(), thread_name] { impl->run(thread_name); });
}

lane::~lane() {
  stop();
}

void lane::post(std::function<void()> job) {
  boost::asio::post(impl_->context, std::move(job));
}

void lane::post_after(std::chrono::milliseconds delay,
                      std::function<void()> job) {
  auto when = std::chrono::steady_clock::now() + delay;
  if (running_in_this_thread()) {
    impl_->arm(when, std::move(job));
    return;
  }
  boost::asio::post(impl_->context,
                    [impl = impl_.get(), when, job = std::move(job)]() mutable {
                      impl->arm(when, std::move(job));
                    });
}

bool lane::running_in_this_thread() const noexcept {
  return current == impl_.get();
}

void lane::stop() {
  ASSERT(!running_in_this_thread());
  if (!impl_->thread.joinable())
    return;
  boost::asio::post(impl_->context,
                    [impl = impl_.get()] { impl->begin_stop(); });
  impl_->thread.join();
}

} // namespace troupe::transport
