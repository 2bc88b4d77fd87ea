// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../session.h"

#include <caf/typed_event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace troupe::actors::handlers {

/// Several questions, one response: replies once, when every question was
/// answered or failed. Held by the response handlers of its session, so it
/// ends with the session; used on the session's thread only.
template <class Response>
class gathering : public std::enable_shared_from_this<gathering<Response>> {
public:
  /// `finish` puts the last touch on the response before it is sent.
  gathering(session_state& session, request_ptr to,
            std::function<void(Response&)> finish = {})
      : session_(session), to_(std::move(to)), finish_(std::move(finish)) {}

  Response response;

  /// `then` gets the answer; when there is none, an empty `Answer` whose
  /// `why` tells the reason.
  template <class Answer, class Handle, class Question, class Then>
  void ask(const Handle& whom, std::chrono::milliseconds timeout,
           Question question, Then then) {
    ++outstanding_;
    auto self = this->shared_from_this();
    session_.self->request(whom, timeout, std::move(question))
        .then(
            [self, then](const Answer& x) {
              then(self->response, x);
              self->release();
            },
            [self, then](const caf::error& e) {
              Answer none;
              none.why = to_problem(e);
              then(self->response, none);
              self->release();
            });
  }

  /// No question follows.
  void asked_all() { release(); }

private:
  void release() {
    if (--outstanding_ > 0)
      return;
    if (finish_)
      finish_(response);
    session_.reply(*to_, response);
  }

  session_state& session_;
  request_ptr to_;
  std::function<void(Response&)> finish_;
  /// One for whoever is still asking.
  size_t outstanding_ = 1;
};

} // namespace troupe::actors::handlers
