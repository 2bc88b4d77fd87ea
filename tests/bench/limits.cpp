// SPDX-License-Identifier: Apache-2.0
// The machine's own limits: servers that do nothing but move the bytes of one
// request, so that `troupe bench --no-setup` measures them and a broker with
// the same client. A thread per connection, blocking calls.
//
//   raw-sendfile  a slice of a file from the page cache, with sendfile
//   copy          the same slice with pread and send
//   raw-append    receive a batch, check its CRC, pwrite it

#include "listener.h"

#include <troupe/storage/record_batch.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using troupe::bench::accept_connections;
using troupe::bench::connection;
using troupe::bench::get_be;
using troupe::bench::put_be;

enum class mode { raw_sendfile, copy, raw_append };

/// Batches of one size, one after the other.
struct batch_file {
  int descriptor = -1;
  uint64_t size = 0;
  uint64_t batch_bytes = 0;
  uint64_t batch_records = 0;

  uint64_t end_offset() const { return size / batch_bytes * batch_records; }
};

bool open_batches(const std::string& path, batch_file& file) {
  file.descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::array<std::byte, troupe::storage::batch_header_bytes> head{};
  struct stat status {};
  if (file.descriptor < 0 || fstat(file.descriptor, &status) != 0
      || pread(file.descriptor, head.data(), head.size(), 0)
             != static_cast<ssize_t>(head.size()))
    return false;
  auto header = troupe::storage::parse_batch_header(head);
  if (!header)
    return false;
  file.size = static_cast<uint64_t>(status.st_size);
  file.batch_bytes = header->size_bytes();
  file.batch_records = static_cast<uint64_t>(header->records_count);
  return true;
}

// A fetch request of version 11 for one partition ends with
//   fetch_offset i64, log_start_offset i64, partition_max_bytes i32,
//   forgotten_topics i32 (0), rack_id i16 (0)
constexpr size_t fetch_offset_from_end = 26;
constexpr size_t max_bytes_from_end = 10;

struct slice {
  uint64_t position = 0;
  uint64_t size = 0;
};

slice asked_slice(std::span<const std::byte> frame, const batch_file& file) {
  auto offset = get_be<uint64_t>(frame.last(fetch_offset_from_end));
  auto bytes_max = get_be<uint32_t>(frame.last(max_bytes_from_end));
  auto position =
      std::min(offset / file.batch_records * file.batch_bytes, file.size);
  auto whole = std::max(bytes_max / file.batch_bytes * file.batch_bytes,
                        file.batch_bytes);
  return {position, std::min(whole, file.size - position)};
}

/// Size prefix and answer of version 11 up to the records, one topic "t" with
/// partition 0.
std::vector<std::byte>
fetch_head(int32_t correlation_id, uint64_t records, const batch_file& file) {
  std::vector<std::byte> head;
  auto end = static_cast<int64_t>(file.end_offset());
  put_be(head, int32_t{0});
  put_be(head, correlation_id);
  put_be(head, int32_t{0}); // throttle time
  put_be(head, int16_t{0}); // error
  put_be(head, int32_t{0}); // session
  put_be(head, int32_t{1}); // topics
  put_be(head, int16_t{1});
  head.push_back(std::byte{'t'});
  put_be(head, int32_t{1}); // partitions
  put_be(head, int32_t{0});
  put_be(head, int16_t{0});  // error
  put_be(head, end);         // high watermark
  put_be(head, end);         // last stable offset
  put_be(head, int64_t{0});  // log start offset
  put_be(head, int32_t{-1}); // aborted transactions: null
  put_be(head, int32_t{-1}); // preferred replica
  put_be(head, static_cast<int32_t>(records));
  troupe::bench::set_be(
      head, static_cast<int32_t>(head.size() - sizeof(int32_t) + records));
  return head;
}

bool send_with_sendfile(connection& peer, const batch_file& file, slice part) {
  auto position = static_cast<off_t>(part.position);
  auto left = part.size;
  while (left > 0) {
    auto sent = sendfile(peer.descriptor(), file.descriptor, &position, left);
    if (sent <= 0)
      return false;
    left -= static_cast<uint64_t>(sent);
  }
  return true;
}

bool send_with_copy(connection& peer, const batch_file& file, slice part,
                    std::vector<std::byte>& buffer) {
  buffer.resize(std::max<size_t>(buffer.size(), part.size));
  auto into = std::span(buffer).first(part.size);
  return pread(file.descriptor, into.data(), into.size(),
               static_cast<off_t>(part.position))
             == static_cast<ssize_t>(into.size())
         && peer.send(into, 0);
}

void serve_fetches(connection peer, const batch_file& file, mode how) {
  std::vector<std::byte> buffer;
  for (auto frame = peer.receive(); frame.size() > fetch_offset_from_end;
       frame = peer.receive()) {
    auto part = asked_slice(frame, file);
    auto id = get_be<int32_t>(frame.subspan(4));
    auto head = fetch_head(id, part.size, file);
    if (!peer.send(head, MSG_MORE))
      return;
    auto sent = how == mode::copy ? send_with_copy(peer, file, part, buffer)
                                  : send_with_sendfile(peer, file, part);
    if (!sent)
      return;
  }
}

/// The batch in a produce request of version 7 for one partition; empty when
/// the frame is something else.
std::span<std::byte> batch_in(std::span<std::byte> frame) {
  size_t at = 8;
  auto skip_string = [&] {
    if (at + 2 > frame.size())
      return;
    auto size = get_be<int16_t>(frame.subspan(at));
    at += 2 + static_cast<size_t>(std::max<int16_t>(size, 0));
  };
  skip_string(); // client id
  skip_string(); // transactional id
  at += 2 + 4 + 4;
  skip_string(); // topic
  at += 4 + 4;
  if (at + 4 > frame.size())
    return {};
  auto size = get_be<uint32_t>(frame.subspan(at));
  auto batch = frame.subspan(at + 4);
  if (size != batch.size() || size <= troupe::storage::batch_header_bytes)
    return {};
  return batch;
}

std::vector<std::byte>
produce_answer(int32_t correlation_id, int64_t base_offset) {
  std::vector<std::byte> answer;
  put_be(answer, int32_t{0});
  put_be(answer, correlation_id);
  put_be(answer, int32_t{1});
  put_be(answer, int16_t{1});
  answer.push_back(std::byte{'t'});
  put_be(answer, int32_t{1});
  put_be(answer, int32_t{0});
  put_be(answer, int16_t{0});
  put_be(answer, base_offset);
  put_be(answer, int64_t{-1}); // log append time
  put_be(answer, int64_t{0});  // log start offset
  put_be(answer, int32_t{0});  // throttle time
  troupe::bench::set_be(answer,
                        static_cast<int32_t>(answer.size() - sizeof(int32_t)));
  return answer;
}

void serve_appends(connection peer, const std::string& directory) {
  static std::atomic<int> next_file = 0;
  auto path = fmt::format("{}/raw-{}.log", directory, next_file++);
  auto file =
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) {
    fmt::print(stderr, "open {}: {}\n", path, std::strerror(errno));
    return;
  }
  off_t position = 0;
  int64_t next_offset = 0;
  for (auto frame = peer.receive(); !frame.empty(); frame = peer.receive()) {
    auto id = get_be<int32_t>(frame.subspan(4));
    auto batch = batch_in(frame);
    auto header = troupe::storage::parse_batch_header(batch);
    if (!header || troupe::storage::crc32c(batch.subspan(21)) != header->crc)
      break;
    troupe::bench::set_be(batch, next_offset);
    auto written = pwrite(file, batch.data(), batch.size(), position);
    if (written != static_cast<ssize_t>(batch.size())
        || !peer.send(produce_answer(id, next_offset), 0))
      break;
    position += written;
    next_offset += header->records_count;
  }
  unlink(path.c_str());
  close(file);
}

} // namespace

int main(int argc, char** argv) {
  std::string_view name = argc == 3 ? argv[1] : "";
  std::string path = argc == 3 ? argv[2] : "";
  auto how = name == "raw-append" ? mode::raw_append
             : name == "copy"     ? mode::copy
                                  : mode::raw_sendfile;
  if (how == mode::raw_sendfile && name != "raw-sendfile") {
    fmt::print(stderr, "usage: bench_limits raw-sendfile|copy FILE\n"
                       "       bench_limits raw-append DIRECTORY\n");
    return 2;
  }
  batch_file file;
  if (how != mode::raw_append && !open_batches(path, file)) {
    fmt::print(stderr, "{}: not a file of record batches\n", path);
    return 1;
  }
  return accept_connections(
      [&](uint16_t port) {
        auto end = how == mode::raw_append ? 0 : file.end_offset();
        fmt::print("limits ready on 127.0.0.1:{} end_offset={}\n", port, end);
        std::fflush(stdout);
      },
      [&](connection peer) {
        if (how == mode::raw_append)
          serve_appends(std::move(peer), path);
        else
          serve_fetches(std::move(peer), file, how);
      });
}
