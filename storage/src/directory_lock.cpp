// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/file_system.h>

#include <array>
#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace troupe::storage {

namespace {

/// The lock belongs to the open file, so the kernel drops it with the process
/// however that ends; the file itself stays.
class flock_lock final : public directory_lock {
public:
  explicit flock_lock(int descriptor) : descriptor_(descriptor) {}
  ~flock_lock() override { ::close(descriptor_); }
  flock_lock(const flock_lock&) = delete;
  flock_lock& operator=(const flock_lock&) = delete;

private:
  int descriptor_;
};

std::string holder_of(int descriptor) {
  std::array<char, 16> text{};
  auto n = ::pread(descriptor, text.data(), text.size(), 0);
  std::string pid;
  for (ssize_t i = 0; i < n && text[static_cast<size_t>(i)] >= '0'
                      && text[static_cast<size_t>(i)] <= '9';
       ++i)
    pid += text[static_cast<size_t>(i)];
  return pid.empty() ? "unknown" : pid;
}

} // namespace

result<std::unique_ptr<directory_lock>>
lock_directory(const std::string& path) {
  auto lock_path = path + "/.lock";
  auto descriptor =
      ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    return failure(from_errno(errno, "cannot open " + lock_path));
  auto lock = std::make_unique<flock_lock>(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return failure(errc::locked, "data directory " + path
                                       + " is in use by the process with pid "
                                       + holder_of(descriptor));
    return failure(from_errno(errno, "cannot lock " + lock_path));
  }
  // The pid only serves the message above, so failing to write it is fine.
  auto pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0)
    static_cast<void>(::pwrite(descriptor, pid.data(), pid.size(), 0));
  return lock;
}

} // namespace troupe::storage
