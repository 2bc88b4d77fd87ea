// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>

#include <initializer_list>
#include <string>

namespace troupe::cluster::test {

/// The image that `delta` makes out of nothing; fails the test when it cannot.
image_ptr image_of(const metadata_delta& delta);

/// `before` with `delta` applied; fails the test when it cannot be.
image_ptr after(const image_ptr& before, const metadata_delta& delta);

uuid id(uint8_t last_byte);

node_registered node(node_id id);

partition_registration partition(std::initializer_list<node_id> replicas);

topic_created topic(std::string name, uuid id, size_t partitions = 1,
                    config_map configs = {});

/// Equal in all that readers see, both indexes of topics included.
bool same(const metadata_image& a, const metadata_image& b);

} // namespace troupe::cluster::test
