// SPDX-License-Identifier: Apache-2.0
#include "client_message.h"

#include "bounded_json.h"
#include "record_json.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace gateway {

namespace {

tl::unexpected<refusal> no_message() {
  return bad_request("messages are {\"credit\":N} and "
                     "{\"produce\":{\"records\":[...]},\"id\":N}");
}

} // namespace

outcome<client_message>
decode_message(std::string_view text,
               const troupe::storage::topic_partition& from,
               const gateway_limits& bounds) {
  auto tree = parse_json(text, bounds_of_records(bounds));
  if (!tree)
    return tl::unexpected(tree.error());
  auto credit = tree->find("credit");
  if (tree->is_object() && tree->size() == 1 && credit != tree->end()) {
    if (!credit->is_number_unsigned()
        || credit->get<uint64_t>() > bounds.credit_max)
      return bad_request("credit is a number from 0 to "
                         + std::to_string(bounds.credit_max));
    return credit_message{static_cast<uint32_t>(credit->get<uint64_t>())};
  }
  auto produce = tree->find("produce");
  auto id = tree->find("id");
  if (!tree->is_object() || tree->size() != 2 || produce == tree->end()
      || id == tree->end() || !id->is_number_unsigned())
    return no_message();
  auto records = records_of(*produce, from.topic, bounds);
  if (!records)
    return tl::unexpected(records.error());
  for (auto& x : *records)
    if (!x.partition)
      x.partition = from.partition;
  return produce_message{id->get<uint64_t>(), std::move(*records)};
}

} // namespace gateway
