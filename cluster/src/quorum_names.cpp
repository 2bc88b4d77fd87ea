// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/quorum_error.h>
#include <troupe/cluster/quorum_role.h>

namespace troupe::cluster {

std::string_view to_string(quorum_error x) noexcept {
  switch (x) {
  case quorum_error::not_leader:
    return "not_leader";
  case quorum_error::not_ready:
    return "not_ready";
  case quorum_error::handing_over:
    return "handing_over";
  case quorum_error::log_moved_on:
    return "log_moved_on";
  case quorum_error::invalid_delta:
    return "invalid_delta";
  case quorum_error::voters_changing:
    return "voters_changing";
  case quorum_error::not_a_voter:
    return "not_a_voter";
  case quorum_error::already_a_voter:
    return "already_a_voter";
  case quorum_error::lagging:
    return "lagging";
  case quorum_error::last_voter:
    return "last_voter";
  case quorum_error::storage_unavailable:
    return "storage_unavailable";
  case quorum_error::storage_failed:
    return "storage_failed";
  }
  return "unknown";
}

std::string_view to_string(quorum_role x) noexcept {
  switch (x) {
  case quorum_role::unattached:
    return "unattached";
  case quorum_role::follower:
    return "follower";
  case quorum_role::prospective:
    return "prospective";
  case quorum_role::candidate:
    return "candidate";
  case quorum_role::leader:
    return "leader";
  case quorum_role::failed:
    return "failed";
  }
  return "unknown";
}

} // namespace troupe::cluster
