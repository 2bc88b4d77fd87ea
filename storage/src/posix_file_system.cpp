// SPDX-License-Identifier: Apache-2.0
#include "posix_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace troupe::storage {

namespace {

int flags_of(open_mode mode) {
  switch (mode) {
  case open_mode::read:
    return O_RDONLY | O_CLOEXEC;
  case open_mode::write:
    return O_RDWR | O_CLOEXEC;
  case open_mode::create:
    return O_RDWR | O_CREAT | O_CLOEXEC;
  }
  return O_RDONLY | O_CLOEXEC;
}

int open_descriptor(const std::string& path, int flags) {
  int descriptor = -1;
  do
    descriptor = ::open(path.c_str(), flags, 0644);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

class real_file_system final : public file_system {
public:
  result<std::shared_ptr<file>>
  open(const std::string& path, open_mode mode) override;
  result<std::vector<std::string>> list(const std::string& path) override;
  result<bool> exists(const std::string& path) override;
  result<void> create_directories(const std::string& path) override;
  result<void> rename(const std::string& from, const std::string& to) override;
  result<void> remove(const std::string& path) override;
  result<void> remove_all(const std::string& path) override;
  result<void> sync_directory(const std::string& path) override;
  result<space> free_space(const std::string& path) override;
};

result<std::shared_ptr<file>>
real_file_system::open(const std::string& path, open_mode mode) {
  auto descriptor = open_descriptor(path, flags_of(mode));
  if (descriptor < 0)
    return failure(from_errno(errno, "cannot open " + path));
  return std::make_shared<posix_file>(descriptor, path);
}

result<std::vector<std::string>>
real_file_system::list(const std::string& path) {
  std::error_code failed;
  std::filesystem::directory_iterator entries{path, failed};
  std::vector<std::string> names;
  for (; !failed && entries != std::filesystem::directory_iterator{};
       entries.increment(failed))
    names.push_back(entries->path().filename().string());
  if (failed)
    return failure(from_errno(failed.value(), "cannot list " + path));
  std::sort(names.begin(), names.end());
  return names;
}

result<bool> real_file_system::exists(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0)
    return true;
  if (errno == ENOENT || errno == ENOTDIR)
    return false;
  return failure(from_errno(errno, "cannot look up " + path));
}

result<void> real_file_system::create_directories(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed)
    return failure(
        from_errno(failed.value(), "cannot create directory " + path));
  return {};
}

result<void>
real_file_system::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return failure(from_errno(errno, "cannot rename " + from + " to " + to));
  return {};
}

result<void> real_file_system::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return failure(from_errno(errno, "cannot remove " + path));
  return {};
}

result<void> real_file_system::remove_all(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (failed)
    return failure(from_errno(failed.value(), "cannot remove " + path));
  return {};
}

result<void> real_file_system::sync_directory(const std::string& path) {
  auto descriptor = open_descriptor(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return failure(from_errno(errno, "cannot open directory " + path));
  auto status = ::fsync(descriptor);
  auto os_error = errno;
  ::close(descriptor);
  if (status != 0)
    return failure(from_errno(os_error, "cannot sync directory " + path));
  return {};
}

result<file_system::space>
real_file_system::free_space(const std::string& path) {
  struct statvfs status {};
  if (::statvfs(path.c_str(), &status) != 0)
    return failure(from_errno(errno, "cannot get the free space of " + path));
  return space{status.f_blocks * status.f_frsize,
               status.f_bavail * status.f_frsize};
}

} // namespace

file_system& posix_file_system() {
  static real_file_system instance;
  return instance;
}

} // namespace troupe::storage
