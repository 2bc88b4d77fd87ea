// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/controller.h>

#include <string>
#include <utility>
#include <vector>

namespace troupe::cluster::test {

/// What the tests' controllers draw ids from.
inline constexpr uint64_t seed = 42;

controller fresh(broker_config config = {});

/// An image of `count` nodes: 0, 10, 20, ...
image_ptr nodes(int count);

new_topic named(std::string name);

/// Topic "t" placed explicitly.
new_topic
assigned(std::vector<std::pair<int32_t, std::vector<node_id>>> assignments);

/// The verdict; a refusal must say why and carry nothing out.
refusal why(const outcome& x);

/// The verdict on creating `x`.
refusal
creating(const image_ptr& image, const new_topic& x, broker_config config = {});

/// Creates `x` in `image`; fails the test when it is refused.
topic_image created(controller& by, image_ptr& image, const new_topic& x);

/// All replicas; checks that the first leads and that all are in sync.
std::vector<std::vector<node_id>> replicas_of(const topic_image& topic);

} // namespace troupe::cluster::test
