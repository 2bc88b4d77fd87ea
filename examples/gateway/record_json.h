// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway_options.h"
#include "refusal.h"

#include <troupe/actors/outgoing_record.h>

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gateway {

/// Records as clients write them:
///
///   {"records":[{"partition":0, "key":"k", "value":"v", "timestamp":1,
///                "headers":[{"key":"h","value":"v"}]}]}
///
/// Every field may be absent; `key_base64` and `value_base64` are for bytes
/// that are no text, null is no key, or a tombstone. Field names that are not
/// known are refused, so that a slip is not a lost key.
outcome<std::vector<troupe::outgoing_record>>
records_of(const nlohmann::json& tree, const std::string& topic,
           const gateway_limits& bounds);

/// The same from the text of a body.
outcome<std::vector<troupe::outgoing_record>>
decode_records(std::string_view text, const std::string& topic,
               const gateway_limits& bounds);

} // namespace gateway
