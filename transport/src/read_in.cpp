// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/server.h>

#include <algorithm>
#include <memory>

#include <fcntl.h>

namespace troupe::transport {

namespace {

/// Copied per call while reading in: small enough to stay in the CPU's cache.
constexpr size_t piece_bytes = 128u << 10;

} // namespace

result<void> read_in(const storage::file_slice& slice) {
  // Only a hint that lets the disk see the whole range at once.
  if (int fd = slice.source->native_handle(); fd >= 0)
    posix_fadvise(fd, static_cast<off_t>(slice.position),
                  static_cast<off_t>(slice.size), POSIX_FADV_WILLNEED);
  thread_local auto scratch = std::make_unique<std::byte[]>(piece_bytes);
  uint64_t done = 0;
  while (done < slice.size) {
    size_t size = std::min<uint64_t>(slice.size - done, piece_bytes);
    auto read =
        slice.source->read(slice.position + done, {scratch.get(), size});
    if (!read)
      return failure(std::move(read.error()));
    if (*read == 0)
      return failure(storage::errc::io,
                     "reading in " + slice.source->path()
                         + ": the file ends before byte "
                         + std::to_string(slice.position + slice.size));
    done += *read;
  }
  return {};
}

} // namespace troupe::transport
