// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/transport/chunk.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace troupe::kafka {

using byte_vector = std::vector<std::byte>;

/// Bytes from hexadecimal digits; spaces are passed over.
byte_vector from_hex(std::string_view hex);

/// The chunks one after the other; all must be in memory.
byte_vector joined(const transport::chunks& xs);

/// What a connection would hand to its sink: without the size prefix, which
/// must be right.
storage::buffer frame_of(const transport::chunks& xs);

storage::buffer to_buffer(const byte_vector& xs);

} // namespace troupe::kafka
