// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gateway {

/// Whether JSON can hold these bytes as a string: well-formed UTF-8, without
/// surrogates and overlong forms.
bool is_utf8(std::string_view bytes) noexcept;

/// Base64 with padding (RFC 4648, section 4).
std::string to_base64(std::string_view bytes);

/// The reverse; nothing when there is any other character, a wrong length, or
/// bits behind the last byte.
std::optional<std::string> from_base64(std::string_view text);

/// Replaces each `%41`; nothing when two hexadecimal digits do not follow. A
/// `+` is a `+`.
std::optional<std::string> percent_decoded(std::string_view text);

} // namespace gateway
