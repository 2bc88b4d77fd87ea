// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace troupe::tests {

// Batches whose bytes another program computed.

inline constexpr std::string_view two_records =
    "00 00 00 00 00 00 00 00 00 00 00 47 ff ff ff ff 02 02 17 af 83 00 00 00 "
    "00 00 01 00 00 01 8b cf e5 68 00 00 00 01 8b cf e5 68 05 ff ff ff ff ff "
    "ff ff ff ff ff ff ff ff ff 00 00 00 02 1c 00 00 00 04 6b 31 04 76 31 02 "
    "02 68 02 78 0c 00 0a 02 01 01 00";

inline constexpr std::string_view idempotent =
    "00 00 00 00 00 00 00 00 00 00 00 4c ff ff ff ff 02 62 58 47 53 00 00 00 "
    "00 00 02 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 03 00 00 00 00 00 "
    "00 03 e8 00 00 00 00 00 00 00 00 00 03 0e 00 00 00 01 02 61 00 10 00 02 "
    "02 01 04 62 62 00 12 00 04 04 01 06 63 63 63 00";

inline constexpr std::string_view commit_marker =
    "00 00 00 00 00 00 00 2a 00 00 00 42 00 00 00 02 02 7c cf 04 6d 00 30 00 "
    "00 00 00 00 00 01 8b cf e5 68 64 00 00 01 8b cf e5 68 64 00 00 00 00 00 "
    "00 0f a0 00 03 ff ff ff ff 00 00 00 01 20 00 00 00 08 00 00 00 01 0c 00 "
    "00 00 00 00 07 00";

} // namespace troupe::tests
