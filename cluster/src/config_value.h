// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cluster {

/// Longest value of a configuration key.
inline constexpr size_t config_value_bytes_max = 32767;

/// `text` without the blanks around it; values are read that way, as Kafka
/// does.
std::string_view trimmed(std::string_view text) noexcept;

std::optional<int64_t> parse_integer(std::string_view text) noexcept;
std::optional<double> parse_real(std::string_view text) noexcept;
std::optional<bool> parse_boolean(std::string_view text) noexcept;

/// The parts between commas, trimmed; empty text is the empty list.
std::vector<std::string> parse_list(std::string_view text);
std::string join_list(const std::vector<std::string>& parts);

/// One of the `words`, which are separated by '|'.
bool one_of(std::string_view words, std::string_view text) noexcept;

} // namespace troupe::cluster
