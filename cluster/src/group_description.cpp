// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_description.h>

namespace troupe::cluster {

std::string_view to_string(group_state x) noexcept {
  switch (x) {
  case group_state::empty:
    return "Empty";
  case group_state::preparing_rebalance:
    return "PreparingRebalance";
  case group_state::completing_rebalance:
    return "CompletingRebalance";
  case group_state::stable:
    return "Stable";
  case group_state::dead:
    return "Dead";
  }
  return "Dead";
}

std::string_view type_of(const group_listing& x) noexcept {
  return std::holds_alternative<group_state>(x.state) ? "classic" : "consumer";
}

std::string_view state_of(const group_listing& x) noexcept {
  return std::visit([](auto state) { return to_string(state); }, x.state);
}

} // namespace troupe::cluster
