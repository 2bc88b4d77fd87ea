// SPDX-License-Identifier: Apache-2.0
#include "posix_file.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace troupe::storage {

namespace {

/// More parts than this are written in several calls.
constexpr size_t parts_per_call_max = 16;

} // namespace

posix_file::~posix_file() {
  ::close(descriptor_);
}

result<size_t> posix_file::read(uint64_t position, std::span<std::byte> into) {
  size_t done = 0;
  while (done < into.size()) {
    auto n = ::pread(descriptor_, into.data() + done, into.size() - done,
                     static_cast<off_t>(position + done));
    if (n > 0)
      done += static_cast<size_t>(n);
    else if (n == 0)
      break;
    else if (errno != EINTR)
      return failure(from_errno(errno, "cannot read " + path_));
  }
  return done;
}

result<file::nowait_read>
posix_file::read_nowait(uint64_t position, std::span<std::byte> into) {
  size_t done = 0;
  while (done < into.size()) {
    iovec part{into.data() + done, into.size() - done};
    auto n = ::preadv2(descriptor_, &part, 1,
                       static_cast<off_t>(position + done), RWF_NOWAIT);
    if (n > 0) {
      done += static_cast<size_t>(n);
    } else if (n == 0) {
      break;
    } else if (errno == EAGAIN) {
      return nowait_read{done, false};
    } else if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL) {
      // File systems without NOWAIT are those that live in memory anyway
      // (tmpfs); on others this is the best there is.
      auto size = read(position, into);
      if (!size)
        return failure(std::move(size.error()));
      return nowait_read{*size, true};
    } else if (errno != EINTR) {
      return failure(from_errno(errno, "cannot read " + path_));
    }
  }
  return nowait_read{done, true};
}

result<void>
posix_file::write(uint64_t position,
                  std::span<const std::span<const std::byte>> parts) {
  if (poisoned_.load(std::memory_order_acquire))
    return failure(errc::poisoned, "cannot write " + path_);
  size_t first = 0;
  size_t skip = 0; // bytes of parts[first] that are written already
  while (first < parts.size()) {
    std::array<iovec, parts_per_call_max> vectors;
    size_t count = 0;
    for (auto i = first; i < parts.size() && count < vectors.size(); ++i) {
      auto part = i == first ? parts[i].subspan(skip) : parts[i];
      // iovec is not const-correct; pwritev only reads.
      vectors[count++] = {const_cast<std::byte*>(part.data()), part.size()};
    }
    auto n = ::pwritev(descriptor_, vectors.data(), static_cast<int>(count),
                       static_cast<off_t>(position));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return failure(from_errno(errno, "cannot write " + path_));
    auto left = static_cast<size_t>(n);
    position += left;
    while (first < parts.size() && left >= parts[first].size() - skip) {
      left -= parts[first].size() - skip;
      skip = 0;
      ++first;
    }
    skip += left;
  }
  return {};
}

result<void> posix_file::sync() {
  if (poisoned_.load(std::memory_order_acquire))
    return failure(errc::poisoned, "cannot sync " + path_);
  if (::fdatasync(descriptor_) != 0) {
    auto os_error = errno;
    poisoned_.store(true, std::memory_order_release);
    return failure(from_errno(os_error, "cannot sync " + path_));
  }
  return {};
}

result<uint64_t> posix_file::size() {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0)
    return failure(from_errno(errno, "cannot get the size of " + path_));
  return static_cast<uint64_t>(status.st_size);
}

result<void> posix_file::truncate(uint64_t size) {
  while (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0)
    if (errno != EINTR)
      return failure(from_errno(errno, "cannot truncate " + path_));
  return {};
}

} // namespace troupe::storage
