// SPDX-License-Identifier: Apache-2.0
#include "fault_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace troupe::storage::test {

int fault_file::check(operation what) {
  if (generation_ != fs_.generation_)
    return EIO; // opened before the crash
  return fs_.hit(what, path_);
}

result<size_t> fault_file::read(uint64_t position, std::span<std::byte> into) {
  std::lock_guard guard{fs_.mutex_};
  if (auto os_error = check(operation::read))
    return failure(from_errno(os_error, "cannot read " + path_));
  auto& content = node_->content;
  if (position >= content.size())
    return 0;
  auto size = std::min<uint64_t>(into.size(), content.size() - position);
  std::memcpy(into.data(), content.data() + position, size);
  fs_.bytes_read_ += size;
  return size;
}

result<file::nowait_read>
fault_file::read_nowait(uint64_t position, std::span<std::byte> into) {
  if (fs_.cold_)
    return nowait_read{0, false};
  auto size = read(position, into);
  if (!size)
    return failure(std::move(size.error()));
  return nowait_read{*size, true};
}

result<void>
fault_file::write(uint64_t position,
                  std::span<const std::span<const std::byte>> parts) {
  std::lock_guard guard{fs_.mutex_};
  auto os_error = poisoned_ ? EIO : check(operation::write);
  uint64_t total = 0;
  for (auto& part : parts)
    total += part.size();
  auto left = os_error != 0 ? total / 2 : total;
  auto& content = node_->content;
  if (os_error == EROFS || poisoned_)
    left = 0;
  if (fs_.space_) {
    auto used = fs_.used_unlocked();
    auto grows =
        position + left > content.size() ? position + left - content.size() : 0;
    auto room = *fs_.space_ > used ? *fs_.space_ - used : 0;
    if (grows > room) {
      left -= std::min(left, grows - room);
      os_error = ENOSPC;
    }
  }
  if (left > 0) {
    content.resize(std::max<uint64_t>(content.size(), position + left));
    node_->mark_dirty(position, position + left);
  }
  for (auto& part : parts) {
    auto size = std::min<uint64_t>(part.size(), left);
    if (size > 0)
      std::memcpy(content.data() + position, part.data(), size);
    position += size;
    left -= size;
  }
  if (os_error != 0)
    return failure(from_errno(os_error, "cannot write " + path_));
  return {};
}

result<void> fault_file::sync() {
  std::lock_guard guard{fs_.mutex_};
  auto os_error = poisoned_ ? EIO : check(operation::sync);
  if (os_error != 0) {
    poisoned_ = true;
    return failure(from_errno(os_error, "cannot sync " + path_));
  }
  ++fs_.syncs_;
  node_->make_durable();
  return {};
}

result<uint64_t> fault_file::size() {
  std::lock_guard guard{fs_.mutex_};
  if (generation_ != fs_.generation_)
    return failure(from_errno(EIO, "cannot get the size of " + path_));
  return node_->content.size();
}

result<void> fault_file::truncate(uint64_t size) {
  std::lock_guard guard{fs_.mutex_};
  if (auto os_error = check(operation::truncate))
    return failure(from_errno(os_error, "cannot truncate " + path_));
  auto before = node_->content.size();
  if (before == size)
    return {};
  node_->content.resize(size);
  node_->mark_dirty(std::min<uint64_t>(before, size),
                    std::max<uint64_t>(before, size));
  return {};
}

} // namespace troupe::storage::test
