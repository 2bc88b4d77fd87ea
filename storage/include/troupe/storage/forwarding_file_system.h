// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>

#include <memory>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Does with another file system what is asked of it: to override a part of
/// that.
class forwarding_file_system : public file_system {
public:
  /// `to` must outlive it.
  explicit forwarding_file_system(file_system& to = posix_file_system())
      : to_(to) {}

  result<std::shared_ptr<file>>
  open(const std::string& path, open_mode mode) override {
    return to_.open(path, mode);
  }
  result<std::vector<std::string>> list(const std::string& path) override {
    return to_.list(path);
  }
  result<bool> exists(const std::string& path) override {
    return to_.exists(path);
  }
  result<void> create_directories(const std::string& path) override {
    return to_.create_directories(path);
  }
  result<void> rename(const std::string& from, const std::string& to) override {
    return to_.rename(from, to);
  }
  result<void> remove(const std::string& path) override {
    return to_.remove(path);
  }
  result<void> remove_all(const std::string& path) override {
    return to_.remove_all(path);
  }
  result<void> sync_directory(const std::string& path) override {
    return to_.sync_directory(path);
  }
  result<space> free_space(const std::string& path) override {
    return to_.free_space(path);
  }

private:
  file_system& to_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
