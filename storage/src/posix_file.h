// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>

#include <atomic>
#include <string>
#include <utility>

namespace troupe::storage {

/// A file of the operating system. Any thread may call it.
class posix_file final : public file {
public:
  /// Owns `descriptor` from now on.
  posix_file(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  ~posix_file() override;
  posix_file(const posix_file&) = delete;
  posix_file& operator=(const posix_file&) = delete;

  result<size_t> read(uint64_t position, std::span<std::byte> into) override;
  result<nowait_read>
  read_nowait(uint64_t position, std::span<std::byte> into) override;
  result<void>
  write(uint64_t position,
        std::span<const std::span<const std::byte>> parts) override;
  result<void> sync() override;
  result<uint64_t> size() override;
  result<void> truncate(uint64_t size) override;
  int native_handle() const noexcept override { return descriptor_; }
  const std::string& path() const noexcept override { return path_; }

private:
  const int descriptor_;
  const std::string path_;
  std::atomic<bool> poisoned_{false};
};

} // namespace troupe::storage
