// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "node_client.h"

#include <troupe/actors/node.h>
#include <troupe/storage/record_batch.h>
#include <troupe/transport/kafka/error_code.h>
#include <troupe/transport/kafka/messages/fetch.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What tests of a whole node do with records, as ordinary clients.
namespace troupe::actors {

using texts = std::vector<std::string>;
using config_list =
    std::vector<std::pair<std::string, std::optional<std::string>>>;

/// A node on two lanes in a directory of its own.
std::unique_ptr<node> started(std::map<std::string, stage_factory> stages);

/// A topic of one partition.
void create(node& x, const std::string& name, config_list configs);

/// The same stage whenever one is made.
stage_factory making(record_stage x);

/// One batch of an ordinary client; what the node says of it.
kafka::produce_response::partition
produce(node_client& client, const std::string& topic, const texts& values,
        storage::codec with = storage::codec::none);

/// Of a partition in an answer to Produce or Fetch.
template <class Partition>
bool is(const Partition& x, kafka::error_code code) {
  return x.error_code == static_cast<int16_t>(code);
}

/// What one fetch answers.
kafka::fetch_response::partition fetch(node_client& client,
                                       const std::string& topic,
                                       storage::offset_t from = 0);

/// "offset:value" of each record that a client is given in one fetch.
texts fetched(node_client& client, const std::string& topic,
              storage::offset_t from = 0);

/// An empty value takes the override away.
void set_config(node_client& client, const std::string& topic,
                const std::string& key, const std::string& value);

} // namespace troupe::actors
