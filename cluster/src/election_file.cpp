// SPDX-License-Identifier: Apache-2.0
#include <byte_fields.h>
#include <election_file.h>
#include <troupe/storage/record_batch.h>

#include <span>
#include <utility>
#include <vector>

namespace troupe::cluster {

namespace {

constexpr uint8_t version = 1;
constexpr size_t checked_bytes = 9;
constexpr size_t file_bytes = checked_bytes + sizeof(uint32_t);
/// A newer version may be longer; anything above is not ours.
constexpr size_t file_bytes_max = 4096;

std::string path_in(const std::string& directory) {
  return directory + "/quorum-state";
}

std::vector<std::byte> encode(const election_state& x) {
  byte_writer to;
  to.u8(version);
  to.i32(x.epoch);
  to.i32(x.voted_for);
  auto bytes = to.take();
  byte_writer check;
  check.u32(storage::crc32c(bytes));
  for (auto byte : check.take())
    bytes.push_back(byte);
  return bytes;
}

} // namespace

result<std::optional<election_state>>
load_election(storage::file_system& fs, const std::string& directory) {
  auto path = path_in(directory);
  auto content = storage::read_file(fs, path, file_bytes_max);
  if (!content && content.error().code == storage::errc::not_found)
    return std::nullopt;
  if (!content)
    return failure(std::move(content.error()));
  byte_reader from{*content};
  auto found_version = from.u8();
  if (from.ok() && found_version > version)
    return failure(storage::errc::unsupported_format,
                   path + " has version " + std::to_string(found_version));
  election_state x;
  x.epoch = from.i32();
  x.voted_for = from.i32();
  auto crc = from.u32();
  if (content->size() != file_bytes
      || crc != storage::crc32c(std::span{*content}.first(checked_bytes)))
    return failure(storage::errc::corrupt_log,
                   path
                       + " is damaged: this node does not know any more for "
                         "whom it voted");
  return x;
}

result<void> save_election(storage::file_system& fs,
                           const std::string& directory,
                           const election_state& x) {
  return storage::replace_file(fs, path_in(directory), encode(x));
}

} // namespace troupe::cluster
