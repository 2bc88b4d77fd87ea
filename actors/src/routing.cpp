// SPDX-License-Identifier: Apache-2.0
#include "routing.h"

namespace troupe::actors {

const topic_route* routing::find(const std::string& topic) const {
  auto i = topics.find(topic);
  return i != topics.end() ? i->second.get() : nullptr;
}

const topic_route* routing::find(const storage::uuid& id) const {
  auto i = by_id.find(id);
  return i != by_id.end() ? i->second.get() : nullptr;
}

} // namespace troupe::actors
