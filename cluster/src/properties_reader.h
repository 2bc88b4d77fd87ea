// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::cluster {

/// Cuts a Java properties file into logical lines: without blank lines and
/// comments, continuation lines joined. Escapes are still in place.
class properties_reader {
public:
  explicit properties_reader(std::string_view text) : left_(text) {}

  struct line {
    std::string text;
    /// Of the first natural line, from 1.
    size_t number = 0;
  };
  /// Empty at the end of the file.
  std::optional<line> next();

private:
  /// The next natural line without the blanks it starts with.
  std::string_view natural_line();

  std::string_view left_;
  size_t number_ = 0;
};

/// Key and value of a logical line, escapes resolved.
result<std::pair<std::string, std::string>>
split_property(std::string_view line);

} // namespace troupe::cluster
