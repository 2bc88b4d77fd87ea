// SPDX-License-Identifier: Apache-2.0
#include <consumer_subscription.h>
#include <kafka_fields.h>

#include <cstdint>
#include <utility>

namespace troupe::cluster {

bool read_subscription(std::span<const std::byte> bytes,
                       std::set<std::string>& topics) {
  kafka_field_reader reader{bytes};
  if (reader.i16() < 0)
    return false;
  for (auto left = reader.count(2); left > 0 && reader.ok(); --left)
    if (auto topic = reader.text(); reader.ok())
      topics.insert(std::move(topic));
  // User data closes version 0; what follows belongs to later ones.
  reader.nullable_bytes();
  return reader.ok();
}

} // namespace troupe::cluster
