// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace troupe::cluster {

/// `<prefix>-<random UUID>`, which tells an operator whose it is. A long prefix
/// is cut.
std::string make_member_id(std::string_view prefix, std::mt19937_64& random);

} // namespace troupe::cluster
