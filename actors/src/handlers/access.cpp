// SPDX-License-Identifier: Apache-2.0
#include "access.h"

#include <spdlog/spdlog.h>

#include <exception>

namespace troupe::actors::handlers {

namespace {

/// Everybody, until clients can say who they are.
constexpr std::string_view anonymous = "User:ANONYMOUS";

/// What Kafka calls the only one there is.
constexpr std::string_view this_cluster = "kafka-cluster";

constexpr int first_operation = static_cast<int>(authoriser::operation::read);
constexpr int last_operation =
    static_cast<int>(authoriser::operation::idempotent_write);

std::string_view host_of(std::string_view peer) {
  return peer.substr(0, peer.rfind(':'));
}

/// It is not our code: what it throws must not end the session's thread.
bool ask_safely(authoriser& judge, const authoriser::question& x) {
  try {
    return judge.allows(x);
  } catch (const std::exception& e) {
    spdlog::debug("authoriser.failed reason=\"{}\"", e.what());
  } catch (...) {
    spdlog::debug("authoriser.failed");
  }
  return false;
}

} // namespace

access::access(const session_state& session, const request& from)
    : judge_(session.shared->authorisation.get()), session_(session),
      from_(from) {}

bool access::ask(operation what, authoriser::resource type,
                 std::string_view name) const {
  authoriser::question x;
  x.principal = anonymous;
  x.host = host_of(session_.socket->peer());
  if (from_.header.client_id)
    x.client_id = *from_.header.client_id;
  x.what = what;
  x.type = type;
  x.name = name;
  return ask_safely(*judge_, x);
}

bool access::ask_cluster(operation what) const {
  return ask(what, authoriser::resource::cluster, this_cluster);
}

bool access::create(std::string_view name) const {
  return cluster(operation::create) || topic(operation::create, name);
}

int32_t access::allowed(int32_t operations, authoriser::resource type,
                        std::string_view name) const {
  if (unlimited())
    return operations;
  int32_t may = 0;
  for (int i = first_operation; i <= last_operation; ++i) {
    auto bit = int32_t{1} << i;
    if ((operations & bit) != 0 && ask(static_cast<operation>(i), type, name))
      may |= bit;
  }
  return may;
}

int32_t access::of_topic(int32_t operations, std::string_view name) const {
  return allowed(operations, authoriser::resource::topic, name);
}

int32_t access::of_group(int32_t operations, std::string_view name) const {
  return allowed(operations, authoriser::resource::group, name);
}

int32_t access::of_cluster(int32_t operations) const {
  if (!cluster(operation::describe))
    return 0;
  return allowed(operations, authoriser::resource::cluster, this_cluster);
}

} // namespace troupe::actors::handlers
