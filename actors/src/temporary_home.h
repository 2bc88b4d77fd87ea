// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <string>
#include <utility>

namespace troupe::actors {

/// A directory below the system's temporary one that goes with everything in it
/// when this does.
class temporary_home {
public:
  static result<temporary_home> make();

  ~temporary_home();
  temporary_home(temporary_home&& x) noexcept
      : path_(std::exchange(x.path_, {})) {}
  temporary_home& operator=(temporary_home&&) = delete;

  const std::string& path() const noexcept { return path_; }

private:
  explicit temporary_home(std::string path) : path_(std::move(path)) {}

  /// Empty when moved from.
  std::string path_;
};

} // namespace troupe::actors
