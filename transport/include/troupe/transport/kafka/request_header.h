// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/buffer.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::kafka {

/// What every request begins with.
struct request_header {
  int16_t api_key = 0;
  int16_t api_version = 0;
  int32_t correlation_id = 0;
  std::optional<std::string> client_id;
};

/// Reads the header of `frame` (without size prefix) and sets `body_position`
/// to where the body begins. When we do not serve that API in that version,
/// only the first three fields are read, so that ApiVersions can be answered;
/// the caller checks with `find_api`.
result<request_header>
parse_request_header(const storage::buffer& frame, size_t* body_position);

} // namespace troupe::kafka

#pragma GCC visibility pop
