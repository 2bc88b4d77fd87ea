// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/consumer.h>

#include "consumer_inbox.h"
#include "spawn_client.h"

#include <caf/actor_cast.hpp>
#include <caf/error.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include <utility>

namespace troupe {

namespace {

using actors::consumer_inbox;
using actors::problem;

tl::unexpected<problem> fail(problem x) {
  return tl::unexpected<problem>(std::move(x));
}

problem wrong_kind(const char* text) {
  return storage::error{storage::errc::invalid_argument, text};
}

/// Ended by the consumer's end, behind what that said before.
void end_with(const actors::consumer_body_actor& body,
              const actors::consumer_inbox_actor& inbox,
              const std::shared_ptr<consumer_inbox>& shared) {
  caf::actor_cast<caf::abstract_actor*>(body)->attach_functor(
      [inbox = caf::actor_cast<caf::actor>(inbox)](const caf::error&) {
        caf::anon_send(inbox, caf::exit_msg{inbox.address(),
                                            caf::exit_reason::user_shutdown});
      });
  caf::actor_cast<caf::abstract_actor*>(inbox)->attach_functor(
      [weak = std::weak_ptr(shared)](const caf::error&) {
        if (auto alive = weak.lock())
          alive->ended();
      });
}

} // namespace

struct consumer::state {
  std::shared_ptr<consumer_inbox> shared = std::make_shared<consumer_inbox>();
  actors::consumer_inbox_actor inbox;
  actors::consumer_body_actor body;
  /// Null without a group.
  actors::group_member_body_actor member;
};

consumer::consumer(std::shared_ptr<state> state) : state_(std::move(state)) {}

consumer::~consumer() {
  // The consumer's actor ends with it, and so does the member of its group.
  caf::anon_send_exit(state_->inbox, caf::exit_reason::user_shutdown);
}

result<std::unique_ptr<consumer>>
consumer::open(node& home, consumer_options options) {
  auto made = std::make_shared<state>();
  auto body = actors::spawn_consumer_body(
      home, options, [&](caf::actor_system& system, actors::lane_unit* lane) {
        made->inbox = actors::spawn_on(system, lane, actors::inbox,
                                       std::weak_ptr(made->shared));
        return made->inbox;
      });
  if (!body)
    return failure(body.error());
  made->body = *body;
  end_with(made->body, made->inbox, made->shared);
  made->shared->open(made->body, {});
  std::unique_ptr<consumer> opened(new consumer(made));
  if (options.group) {
    auto member =
        actors::spawn_group_member_body(home, options, made->body, made->inbox);
    if (!member)
      return failure(member.error());
    made->member = *member;
    made->shared->open(made->body, made->member);
  }
  caf::anon_send(made->body, actors::request_blocks{options.blocks_ahead});
  return opened;
}

result<storage::offset_t, problem>
consumer::subscribe(storage::topic_partition what, storage::offset_t from) {
  if (state_->member != nullptr)
    return fail(wrong_kind("the group says which partitions it reads"));
  auto heard = std::make_shared<std::optional<actors::subscribed>>();
  actors::subscribe_and_tell order;
  order.what = {std::move(what), from};
  order.then = [shared = state_->shared, heard](const actors::subscribed& x) {
    shared->change([&] { *heard = x; });
  };
  caf::anon_send(state_->body, std::move(order));
  // The consumer itself ends the wait.
  if (!state_->shared->wait(std::nullopt, [&] { return heard->has_value(); }))
    return fail(state_->shared->end_reason());
  if (!(*heard)->why.ok())
    return fail((*heard)->why);
  return (*heard)->position;
}

void consumer::unsubscribe(const storage::topic_partition& what) {
  if (state_->member != nullptr)
    return;
  state_->shared->unsubscribe(what);
  caf::anon_send(state_->body, actors::unsubscribe_and_tell{
                                   {what}, [to = state_->inbox, what] {
                                     caf::anon_send(to,
                                                    actors::unsubscribed{what});
                                   }});
}

result<std::optional<records_block>, problem>
consumer::poll(std::chrono::milliseconds timeout) {
  return state_->shared->poll(timeout);
}

std::vector<storage::topic_partition> consumer::assignment() const {
  return state_->shared->assignment();
}

result<void, problem> consumer::commit(std::chrono::milliseconds timeout) {
  if (state_->member == nullptr)
    return fail(wrong_kind("only members of a group commit"));
  state_->shared->confirm();
  auto heard = std::make_shared<std::optional<problem>>();
  caf::anon_send(state_->member, actors::commit_and_tell{
                                     [shared = state_->shared, heard](
                                         const actors::offsets_committed& x) {
                                       shared->change([&] { *heard = x.why; });
                                     }});
  if (!state_->shared->wait(timeout, [&] { return heard->has_value(); })) {
    auto why = state_->shared->end_reason();
    return fail(why.ok() ? problem(actors::errc::timed_out,
                                   "the commit has no answer yet")
                         : why);
  }
  if (!(*heard)->ok())
    return fail(**heard);
  return {};
}

result<void, problem> consumer::close(std::chrono::milliseconds timeout) {
  auto left = std::make_shared<bool>(state_->member == nullptr);
  if (state_->member != nullptr) {
    state_->shared->confirm();
    caf::anon_send(state_->member,
                   actors::leave_and_tell{[shared = state_->shared,
                                           left](const actors::group_left&) {
                     shared->change([&] { *left = true; });
                   }});
  }
  // One that ended before has left, too.
  bool in_time = state_->shared->wait(timeout, [&] { return *left; })
                 || !state_->shared->end_reason().ok();
  state_->shared->close();
  caf::anon_send_exit(state_->inbox, caf::exit_reason::user_shutdown);
  if (!in_time)
    return fail({actors::errc::timed_out,
                 "the coordinator of the group did not answer in time"});
  return {};
}

} // namespace troupe
