// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/consumer_group_record.h>
#include <troupe/cluster/group_record_codec.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <optional>
#include <span>

#pragma GCC visibility push(default)

namespace troupe::cluster {

/// Key and value in Kafka's own format.
group_record_bytes encode(const consumer_group_record& x);

/// `unsupported_format` for key or value versions that we do not know, or know
/// and need not (4, the topics of a group; 16, resolved regular expressions),
/// which is no reason to stop reading; `corrupt_log` for bytes that fit no
/// layout.
result<consumer_group_record>
decode_consumer_group_record(std::span<const std::byte> key,
                             std::optional<std::span<const std::byte>> value);

} // namespace troupe::cluster

#pragma GCC visibility pop
