// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>

#include <variant>

/// What the quorum answers a proposal that was decided on an image which is not
/// the newest: the quorum itself appended something since. Nothing was
/// appended, and another decision, on the next image, may be proposed. Never
/// leaves the node.
namespace troupe::actors {

inline problem outdated_proposal() {
  return storage::error{storage::errc::offset_out_of_range,
                        "the metadata changed meanwhile"};
}

inline bool is_outdated_proposal(const problem& x) {
  const auto* why = std::get_if<storage::errc>(&x.code);
  return why != nullptr && *why == storage::errc::offset_out_of_range;
}

} // namespace troupe::actors
