// SPDX-License-Identifier: Apache-2.0
// Who is refused and why. Nothing in here changes the group, so that a refused
// heartbeat leaves no trace.
#include <consumer_group.h>
#include <consumer_group_refusals.h>
#include <quoted.h>

#include <string>

namespace troupe::cluster {

namespace {

/// Names of members and groups stand in the keys of records, which have no
/// room for longer ones.
constexpr size_t id_bytes_max = 32767;

consumer_heartbeat_answer check_join(const consumer_heartbeat_request& x) {
  if (x.rebalance_timeout_ms < 0)
    return refuse_heartbeat(group_error::invalid_request,
                            "a joining member must give a rebalance timeout");
  if (!x.topic_partitions || !x.topic_partitions->empty())
    return refuse_heartbeat(group_error::invalid_request,
                            "a joining member must own no partitions");
  // Empty ones are fine: a member may subscribe to nothing.
  if (!x.subscribed_topic_names && !x.subscribed_topic_regex)
    return refuse_heartbeat(
        group_error::invalid_request,
        "a joining member must subscribe by name or by regular expression");
  return {};
}

consumer_heartbeat_answer check_ids(const consumer_heartbeat_request& x) {
  auto fault = [](const char* what) {
    return refuse_heartbeat(group_error::invalid_request,
                            std::string{what} + " is empty or too long");
  };
  if (x.group_id.empty() || x.group_id.size() > id_bytes_max)
    return fault("the group id");
  // Below v1 the broker makes up the id of a member that joins.
  auto needs_id = x.makes_member_id || x.member_epoch != joining_epoch;
  if ((needs_id && x.member_id.empty()) || x.member_id.size() > id_bytes_max)
    return fault("the member id");
  if (x.instance_id
      && (x.instance_id->empty() || x.instance_id->size() > id_bytes_max))
    return fault("the instance id");
  if (x.rack_id && (x.rack_id->empty() || x.rack_id->size() > id_bytes_max))
    return fault("the rack id");
  return {};
}

} // namespace

consumer_heartbeat_answer
check_consumer_heartbeat(const consumer_heartbeat_request& x) {
  if (auto refusal = check_ids(x); refusal.error != group_error::none)
    return refusal;
  if (x.member_epoch < leaving_for_a_while_epoch)
    return refuse_heartbeat(group_error::invalid_request,
                            "there is no member epoch "
                                + std::to_string(x.member_epoch));
  if (x.member_epoch == leaving_for_a_while_epoch && !x.instance_id)
    return refuse_heartbeat(group_error::invalid_request,
                            "only a static member may leave for a while");
  if (x.server_assignor && !parse_assignor(*x.server_assignor))
    return refuse_heartbeat(group_error::unsupported_assignor,
                            "assignor " + quoted(*x.server_assignor)
                                + " is neither uniform nor range");
  return x.member_epoch == joining_epoch ? check_join(x)
                                         : consumer_heartbeat_answer{};
}

const consumer_group::member_entry*
consumer_group::static_member(std::string_view instance_id) const {
  auto i = instances_.find(instance_id);
  if (i == instances_.end())
    return nullptr;
  auto member = members_.find(i->second);
  return member == members_.end() ? nullptr : &*member;
}

bool consumer_group::yields(const member_entry& held,
                            std::string_view member_id,
                            member_side side) noexcept {
  if (held.second.epoch == leaving_for_a_while_epoch)
    return true;
  // KIP-848 asks a static member to leave first; the classic protocol does not
  // know how.
  bool classic = held.second.classic || side == member_side::classic;
  return classic && held.first != member_id;
}

consumer_heartbeat_answer
consumer_group::admit(const consumer_heartbeat_request& x) const {
  auto refusal = x.member_epoch == joining_epoch ? admit_join(x)
                 : x.member_epoch < 0            ? admit_leave(x)
                                                 : admit_instance(x);
  if (refusal.error != group_error::none || x.member_epoch < 0)
    return refusal;
  return admit_subscription(x);
}

consumer_heartbeat_answer
consumer_group::admit_join(const consumer_heartbeat_request& x) const {
  auto known = members_.find(x.member_id);
  if (known == members_.end()
      && members_.size() >= config_.members_per_group_max)
    return refuse_heartbeat(group_error::group_max_size_reached,
                            "the group has as many members as it may have");
  const auto* instance =
      x.instance_id ? static_member(*x.instance_id) : nullptr;
  if (instance != nullptr
      && yields(*instance, x.member_id, member_side::consumer)) {
    if (known != members_.end() && &*known != instance)
      return refuse_heartbeat(group_error::invalid_request,
                              "the member id belongs to another member");
    return {};
  }
  // The answer to a join may get lost. A member that asks again under its id
  // is welcome, a second one with the same instance id is not.
  if (instance != nullptr && instance->first != x.member_id)
    return refuse_heartbeat(group_error::unreleased_instance_id,
                            "instance id " + quoted(*x.instance_id)
                                + " is in use by another member");
  if (known == members_.end())
    return {};
  return check_epoch(known->second, x);
}

consumer_heartbeat_answer
consumer_group::admit_leave(const consumer_heartbeat_request& x) const {
  if (!x.instance_id)
    return members_.contains(x.member_id) ? consumer_heartbeat_answer{}
                                          : refuse_unknown(x.member_id, id_);
  const auto* instance = static_member(*x.instance_id);
  if (instance == nullptr)
    return refuse_unknown(x.member_id, id_);
  if (instance->first != x.member_id)
    return refuse_heartbeat(group_error::fenced_instance_id,
                            "another member has taken the instance id over");
  return {};
}

consumer_heartbeat_answer
consumer_group::admit_instance(const consumer_heartbeat_request& x) const {
  if (auto refusal = admit_leave(x); refusal.error != group_error::none)
    return refusal;
  const auto& known = members_.find(x.member_id)->second;
  // Who speaks the classic protocol has to join before it may go on in this
  // one.
  return known.classic ? refuse_unknown(x.member_id, id_)
                       : check_epoch(known, x);
}

consumer_heartbeat_answer
consumer_group::admit_subscription(const consumer_heartbeat_request& x) const {
  size_t bytes =
      x.subscribed_topic_regex ? x.subscribed_topic_regex->size() : 0;
  if (x.subscribed_topic_names)
    for (const auto& name : *x.subscribed_topic_names)
      bytes += name.size();
  if (bytes > config_.subscription_bytes_per_member_max)
    return refuse_heartbeat(group_error::invalid_request,
                            "the subscription is too large");
  if (subscription_bytes_ + bytes > config_.subscription_bytes_per_group_max)
    return refuse_heartbeat(group_error::group_max_size_reached,
                            "the subscriptions of the group are too large");
  return {};
}

} // namespace troupe::cluster
