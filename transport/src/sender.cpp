// SPDX-License-Identifier: Apache-2.0
#include "sender.h"

#include <algorithm>
#include <array>
#include <memory>
#include <system_error>
#include <utility>

namespace troupe::transport {

namespace {

/// Vectors per sendmsg; far below IOV_MAX, and enough for many small answers.
constexpr size_t vectors_max = 64;

/// What is copied at once out of a file that has no descriptor.
constexpr uint32_t copy_bytes_max = 256u << 10;

bool fail(sender::report& x, std::string why) {
  x.state = send_state::failed;
  x.why = std::move(why);
  return false;
}

} // namespace

sender::sender(cold_reads::begin_read_in begin_read_in)
    : cold_reads_(std::move(begin_read_in)) {}

sender::report sender::send(int socket, size_t bytes_max) {
  report x;
  bool go_on = true;
  while (go_on && !queue_.empty()) {
    if (x.bytes_sent >= bytes_max) {
      x.state = send_state::more;
      break;
    }
    size_t left = bytes_max - x.bytes_sent;
    go_on = queue_.slice_first() ? send_leading_slice(socket, left, x)
                                 : send_leading_memory(socket, left, x);
  }
  return x;
}

void sender::slice_read_in() noexcept {
  if (cold_reads_.waiting())
    cold_reads_.done();
}

bool sender::send_leading_memory(int socket, size_t bytes_max, report& x) {
  std::array<iovec, vectors_max> vectors;
  auto parts = queue_.gather(vectors, bytes_max);
  auto more = parts.slice_follows ? more_follows::yes : more_follows::no;
  auto sent = send_memory(socket, std::span(vectors).first(parts.count), more);
  return account(sent, x);
}

bool sender::send_leading_slice(int socket, size_t bytes_max, report& x) {
  auto slice = queue_.slice(UINT32_MAX);
  uint32_t admitted = cold_reads_.admit(slice, &x.pages);
  if (admitted == 0) {
    x.state = send_state::cold;
    return false;
  }
  slice.size = static_cast<uint32_t>(std::min<size_t>(admitted, bytes_max));
  int file = slice.source->native_handle();
  if (file < 0)
    return copy_leading_slice(slice, x);
  auto sent = send_file(socket, file, slice.position, slice.size);
  if (sent.bytes == 0 && !sent.blocked && sent.error == 0)
    return fail(x, slice.source->path() + " is shorter than what was to be "
                       + "sent of it");
  cold_reads_.sent(static_cast<uint32_t>(sent.bytes));
  if (sent.bytes < slice.size)
    cold_reads_.interrupted();
  return account(sent, x);
}

bool sender::copy_leading_slice(const storage::file_slice& slice, report& x) {
  uint32_t size = std::min(slice.size, copy_bytes_max);
  std::shared_ptr<std::byte[]> memory(new std::byte[size]);
  auto read = slice.source->read(slice.position, {memory.get(), size});
  if (!read)
    return fail(x, to_string(read.error()));
  if (*read == 0)
    return fail(x, slice.source->path() + " is shorter than what was to be "
                       + "sent of it");
  cold_reads_.sent(static_cast<uint32_t>(*read));
  auto* bytes = memory.get();
  queue_.replace_with_memory(
      storage::buffer(std::move(memory), {bytes, *read}));
  return true;
}

bool sender::account(const send_result& sent, report& x) {
  if (sent.error != 0)
    return fail(x, "sending: " + std::system_category().message(sent.error));
  queue_.consume(sent.bytes);
  x.bytes_sent += sent.bytes;
  if (sent.blocked)
    x.state = send_state::blocked;
  return !sent.blocked;
}

} // namespace troupe::transport
