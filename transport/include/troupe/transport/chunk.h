// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/file_slice.h>

#include <cstddef>
#include <variant>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::transport {

/// A piece of an answer: bytes in memory (sent with writev) or bytes of a
/// segment file (sent with sendfile).
using chunk = std::variant<storage::buffer, storage::file_slice>;

using chunks = std::vector<chunk>;

/// Sum of the sizes.
size_t size_bytes(const chunks& xs) noexcept;

} // namespace troupe::transport

#pragma GCC visibility pop
