// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/controller_fixture.h>
#include <tests/cluster/images.h>
#include <troupe/cluster/failure_detector.h>

#include <initializer_list>
#include <string>
#include <vector>

/// Several nodes and a topic "t" whose id is id(1).
namespace troupe::cluster::test {

/// A node of a cluster that is in service; its incarnation is id(its id).
node_registration member(node_id id, std::string rack = "");

image_ptr cluster_of(std::initializer_list<node_id> nodes);

/// Topic "t" with these replicas, all in sync, led by the first.
image_ptr with_topic(const image_ptr& before,
                     std::vector<std::vector<node_id>> replicas,
                     config_map configs = {});

/// A partition of "t".
const partition_registration&
partition_of(const image_ptr& image, int32_t partition = 0);

/// The image with partition 0 of "t" changed to this.
image_ptr changed(const image_ptr& before, const partition_registration& state);

/// Applies an outcome that must be ok.
image_ptr carried_out(const image_ptr& before, const outcome& x);

image_ptr fenced(const image_ptr& before, std::vector<node_id> nodes);

/// A proposal that nothing speaks against but perhaps its ISR.
isr_alteration proposal(const image_ptr& image, std::vector<node_id> isr);

} // namespace troupe::cluster::test
