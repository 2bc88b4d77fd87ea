// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_record.h>

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace troupe::cluster {

/// The tagged field of a member's metadata record that only members of the
/// classic protocol have.
std::vector<std::byte> encode_classic_member(const classic_member_metadata& x);

/// False when the bytes are damaged; they may also say that there is none.
bool read_classic_member(std::span<const std::byte> bytes,
                         std::optional<classic_member_metadata>& to);

} // namespace troupe::cluster
