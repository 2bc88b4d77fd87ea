// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/file_system.h>

#include <array>

namespace troupe::storage {

namespace {

std::string parent_of(const std::string& path) {
  auto slash = path.find_last_of('/');
  if (slash == std::string::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

result<void> write_whole(file_system& fs, const std::string& path,
                         std::span<const std::byte> content) {
  auto target = fs.open(path, open_mode::create);
  if (!target)
    return failure(std::move(target.error()));
  // An earlier attempt may have left a longer file.
  if (auto done = (*target)->truncate(0); !done)
    return done;
  std::array parts{content};
  if (auto done = (*target)->write(0, parts); !done)
    return done;
  return (*target)->sync();
}

} // namespace

result<void> replace_file(file_system& fs, const std::string& path,
                          std::span<const std::byte> content) {
  auto temporary = path + ".tmp";
  if (auto done = write_whole(fs, temporary, content); !done)
    return done;
  if (auto done = fs.rename(temporary, path); !done)
    return done;
  return fs.sync_directory(parent_of(path));
}

result<std::vector<std::byte>>
read_file(file_system& fs, const std::string& path, size_t bytes_max) {
  auto source = fs.open(path, open_mode::read);
  if (!source)
    return failure(std::move(source.error()));
  auto size = (*source)->size();
  if (!size)
    return failure(std::move(size.error()));
  if (*size > bytes_max)
    return failure(errc::invalid_argument, path + " is larger than "
                                               + std::to_string(bytes_max)
                                               + " bytes");
  std::vector<std::byte> content(*size);
  auto read = (*source)->read(0, content);
  if (!read)
    return failure(std::move(read.error()));
  content.resize(*read);
  return content;
}

} // namespace troupe::storage
