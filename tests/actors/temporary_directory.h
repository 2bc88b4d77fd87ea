// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace troupe::actors {

/// An empty directory of its own, removed with everything in it.
class temporary_directory {
public:
  temporary_directory() {
    path_ = (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
    REQUIRE(::mkdtemp(path_.data()) != nullptr);
  }
  ~temporary_directory() { std::filesystem::remove_all(path_); }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;

  const std::string& path() const noexcept { return path_; }
  std::string operator/(const std::string& name) const {
    return path_ + "/" + name;
  }
  bool has(const std::string& name) const {
    return std::filesystem::exists(*this / name);
  }

private:
  std::string path_;
};

} // namespace troupe::actors
