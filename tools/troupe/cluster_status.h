// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench_broker.h"

#include <troupe/storage/result.h>
#include <troupe/transport/kafka/messages/describe_quorum.h>
#include <troupe/transport/kafka/messages/metadata.h>

#include <cstdint>
#include <string>

namespace troupe::admin {

/// A cluster as one of its brokers tells it.
struct cluster_status {
  kafka::describe_quorum_response::partition quorum;
  kafka::metadata_response metadata;
};

result<cluster_status> ask_status(bench::broker_client& broker);

/// A table for a person: the quorum's members and what each node hosts.
std::string print(const cluster_status& x, int64_t now_ms);

} // namespace troupe::admin
