// SPDX-License-Identifier: Apache-2.0
#include "refusing_authoriser.h"

#include <doctest/doctest.h>

namespace troupe::actors {

namespace {

std::string word_of(authoriser::operation x) {
  switch (x) {
  case authoriser::operation::read:
    return "read";
  case authoriser::operation::write:
    return "write";
  case authoriser::operation::create:
    return "create";
  case authoriser::operation::remove:
    return "remove";
  case authoriser::operation::alter:
    return "alter";
  case authoriser::operation::describe:
    return "describe";
  case authoriser::operation::cluster_action:
    return "cluster_action";
  case authoriser::operation::describe_configs:
    return "describe_configs";
  case authoriser::operation::alter_configs:
    return "alter_configs";
  case authoriser::operation::idempotent_write:
    return "idempotent_write";
  }
  return "?";
}

std::string word_of(authoriser::resource x) {
  switch (x) {
  case authoriser::resource::topic:
    return "topic";
  case authoriser::resource::group:
    return "group";
  case authoriser::resource::cluster:
    return "cluster";
  case authoriser::resource::transactional_id:
    return "transactional_id";
  }
  return "?";
}

} // namespace

bool refusing_authoriser::allows(const question& x) {
  CHECK(x.principal == "User:ANONYMOUS");
  CHECK(x.host == "test");
  CHECK(x.client_id == "test");
  asked.push_back(word_of(x.what) + " " + word_of(x.type) + " "
                  + std::string(x.name));
  return false;
}

} // namespace troupe::actors
