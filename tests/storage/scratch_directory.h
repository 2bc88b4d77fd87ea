// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace troupe::storage::test {

/// A directory that goes with everything in it.
class scratch_directory {
public:
  scratch_directory() {
    auto pattern =
        (std::filesystem::temp_directory_path() / "troupe-store-XXXXXX")
            .string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  std::string operator/(const char* name) const { return path_ + "/" + name; }

private:
  std::string path_;
};

} // namespace troupe::storage::test
