// SPDX-License-Identifier: Apache-2.0
#include "temporary_home.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace troupe::actors {

result<temporary_home> temporary_home::make() {
  std::error_code failed;
  auto parent = std::filesystem::temp_directory_path(failed);
  if (failed)
    return failure(storage::errc::not_found,
                   "finding the temporary directory: " + failed.message());
  auto path = (parent / "troupe-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr)
    return failure(
        storage::from_errno(errno, "making a directory in " + parent.string()));
  return temporary_home(std::move(path));
}

temporary_home::~temporary_home() {
  // Whoever clears the system's temporary directory takes what is left.
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace troupe::actors
