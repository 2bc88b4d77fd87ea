// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "access.h"

#include <troupe/actors/problem.h>
#include <troupe/cluster/controller.h>
#include <troupe/storage/result.h>

#include <cstdint>
#include <string>

namespace troupe::actors::handlers {

/// Kafka's numbers of the resources that have configurations here.
enum class resource_type : int8_t { topic = 2, broker = 4 };

/// Whose configuration is meant; fills `topic`, `node` and `is_broker` only.
/// An empty name of a broker means the default of all brokers.
result<cluster::config_alteration, problem>
find_resource(int8_t type, const std::string& name);

/// Whether the client may do `what` to its configuration: with a topic's, or
/// with the cluster's.
bool may_configure(const access& may, access::operation what, int8_t type,
                   const std::string& name);
/// What it is told when not.
int16_t configuration_not_allowed(int8_t type);

/// A string that differs for different resources.
std::string resource_key(int8_t type, const std::string& name);

} // namespace troupe::actors::handlers
