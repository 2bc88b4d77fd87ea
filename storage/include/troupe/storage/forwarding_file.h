// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// Does with another file what is asked of it: to override a part of that.
class forwarding_file : public file {
public:
  /// `to` must not be null.
  explicit forwarding_file(std::shared_ptr<file> to) : to_(std::move(to)) {}

  result<size_t> read(uint64_t position, std::span<std::byte> into) override {
    return to_->read(position, into);
  }
  result<nowait_read>
  read_nowait(uint64_t position, std::span<std::byte> into) override {
    return to_->read_nowait(position, into);
  }
  result<void>
  write(uint64_t position,
        std::span<const std::span<const std::byte>> parts) override {
    return to_->write(position, parts);
  }
  result<void> sync() override { return to_->sync(); }
  result<uint64_t> size() override { return to_->size(); }
  result<void> truncate(uint64_t size) override { return to_->truncate(size); }
  int native_handle() const noexcept override { return to_->native_handle(); }
  const std::string& path() const noexcept override { return to_->path(); }

private:
  std::shared_ptr<file> to_;
};

} // namespace troupe::storage

#pragma GCC visibility pop
