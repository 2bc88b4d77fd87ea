// SPDX-License-Identifier: Apache-2.0
#include <refused.h>

#include <utility>

namespace troupe::cluster {

decision refuse(refusal what, std::string message) {
  return {what, std::move(message)};
}

outcome refused(decision verdict) {
  return {std::move(verdict), {}};
}

outcome refused(refusal what, std::string message) {
  return refused(refuse(what, std::move(message)));
}

} // namespace troupe::cluster
