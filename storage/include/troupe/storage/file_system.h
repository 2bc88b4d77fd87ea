// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace troupe::storage {

/// One open file. Positional calls only, so a file may be shared by the actor
/// that appends and the threads that read. Closes when destroyed.
class file {
public:
  virtual ~file() = default;

  /// Reads up to `into.size()` bytes at `position`; fewer only at the end.
  virtual result<size_t> read(uint64_t position, std::span<std::byte> into) = 0;

  /// `resident` is false when not all was in the page cache; then nothing useful
  /// was read.
  struct nowait_read {
    size_t size = 0;
    bool resident = false;
  };
  /// Like `read`, but never waits for the disk.
  virtual result<nowait_read> read_nowait(uint64_t position,
                                          std::span<std::byte> into)
    = 0;

  /// Writes all of `parts`, one after the other, at `position`. After an error
  /// any prefix may have been written.
  virtual result<void>
  write(uint64_t position, std::span<const std::span<const std::byte>> parts)
    = 0;

  /// Makes everything written so far durable (fdatasync). Once this failed,
  /// the file is poisoned: every later `write` and `sync` fails too, because
  /// the kernel may have dropped the dirty pages.
  virtual result<void> sync() = 0;

  /// In bytes, as the file is now.
  virtual result<uint64_t> size() = 0;
  /// Cuts or extends it to `size` bytes; durable after `sync`.
  virtual result<void> truncate(uint64_t size) = 0;

  /// The descriptor for sendfile and cachestat, -1 when there is none.
  virtual int native_handle() const noexcept = 0;

  /// Path for messages; stays what it was at `open`.
  virtual const std::string& path() const noexcept = 0;
};

enum class open_mode : uint8_t {
  /// Must exist; reads only.
  read,
  /// Must exist; reads and writes.
  write,
  /// Created when missing; reads and writes.
  create,
};

/// The operating system's files behind one interface, so that tests can tear
/// writes, fill disks and crash. Thread safe.
class file_system {
public:
  virtual ~file_system() = default;

  /// errc::not_found when it has to exist and does not.
  virtual result<std::shared_ptr<file>> open(const std::string& path,
                                             open_mode mode)
    = 0;
  /// Names (not paths) of the entries of a directory, sorted.
  virtual result<std::vector<std::string>> list(const std::string& path) = 0;
  /// Whether there is a file or directory of that name.
  virtual result<bool> exists(const std::string& path) = 0;
  /// Creates the directory and its parents; fine when it exists.
  virtual result<void> create_directories(const std::string& path) = 0;
  /// Atomically gives `from` the name `to`, replacing a file of that name.
  virtual result<void> rename(const std::string& from, const std::string& to)
    = 0;
  /// Removes one file; fine when it does not exist.
  virtual result<void> remove(const std::string& path) = 0;
  /// Removes a directory with everything in it; fine when it does not exist.
  virtual result<void> remove_all(const std::string& path) = 0;
  /// Makes creations, renames and removals in the directory durable.
  virtual result<void> sync_directory(const std::string& path) = 0;

  /// Of the file system that holds a path.
  struct space {
    uint64_t total_bytes = 0;
    uint64_t usable_bytes = 0;
  };
  /// `path` must exist.
  virtual result<space> free_space(const std::string& path) = 0;
};

/// The real thing. The object is stateless and lives as long as the process.
file_system& posix_file_system();

/// Writes a small file so that a crash leaves the old or the new content:
/// temporary file, sync, rename, directory sync.
result<void> replace_file(file_system& fs, const std::string& path,
                          std::span<const std::byte> content);

/// Whole content of a small file (at most `bytes_max`).
result<std::vector<std::byte>> read_file(file_system& fs,
                                         const std::string& path,
                                         size_t bytes_max);

/// Exclusive lock of a data directory, held until destroyed.
class directory_lock {
public:
  virtual ~directory_lock() = default;
};

/// Takes `<path>/.lock`; errc::locked, with the holder's pid in the message,
/// when another process has it.
result<std::unique_ptr<directory_lock>>
lock_directory(const std::string& path);

} // namespace troupe::storage

#pragma GCC visibility pop
