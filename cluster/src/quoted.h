// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace troupe::cluster {

/// `text` for an error message: in single quotes, cut to a readable length,
/// with '?' for everything that is not printable ASCII. Such text comes from
/// clients and ends on terminals and in logs.
std::string quoted(std::string_view text);

} // namespace troupe::cluster
