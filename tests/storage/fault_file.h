// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_file_system.h"

namespace troupe::storage::test {

/// An open file of a `fault_file_system`.
class fault_file final : public file {
public:
  fault_file(fault_file_system& fs, std::shared_ptr<fault_node> node,
             std::string path, uint64_t generation)
      : fs_(fs), node_(std::move(node)), path_(std::move(path)),
        generation_(generation) {}

  result<size_t> read(uint64_t position, std::span<std::byte> into) override;
  result<nowait_read>
  read_nowait(uint64_t position, std::span<std::byte> into) override;
  result<void>
  write(uint64_t position,
        std::span<const std::span<const std::byte>> parts) override;
  result<void> sync() override;
  result<uint64_t> size() override;
  result<void> truncate(uint64_t size) override;
  int native_handle() const noexcept override { return -1; }
  const std::string& path() const noexcept override { return path_; }

private:
  /// errno that the operation must fail with, 0 for none.
  int check(operation what);

  fault_file_system& fs_;
  std::shared_ptr<fault_node> node_;
  std::string path_;
  uint64_t generation_;
  bool poisoned_ = false;
};

} // namespace troupe::storage::test
