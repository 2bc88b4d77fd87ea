// SPDX-License-Identifier: Apache-2.0
#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

namespace troupe::transport {

std::string framed(std::string_view text) {
  auto size = htonl(static_cast<uint32_t>(text.size()));
  std::string result(sizeof size, '\0');
  std::memcpy(result.data(), &size, sizeof size);
  return result.append(text);
}

client::client(const endpoint& at, int receive_buffer_bytes)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer_bytes > 0)
    setsockopt(handle(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
               sizeof receive_buffer_bytes);
  set_timeouts();
  if (!connect_to(at))
    close();
}

client::client(descriptor socket) : socket_(std::move(socket)) {
  set_timeouts();
}

bool client::connect_to(const endpoint& at) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(at.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(handle(), reinterpret_cast<sockaddr*>(&address),
                 sizeof address)
         == 0;
}

void client::set_timeouts() {
  timeval limit{patience.count(), 0};
  setsockopt(handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    auto sent = ::send(handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

size_t client::send_until_full(std::string_view bytes) {
  size_t sum = 0;
  timeval limit{0, 300000};
  setsockopt(handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  while (sum < bytes.size()) {
    auto sent =
        ::send(handle(), bytes.data() + sum, bytes.size() - sum, MSG_NOSIGNAL);
    if (sent <= 0)
      break;
    sum += static_cast<size_t>(sent);
  }
  set_timeouts();
  return sum;
}

std::string client::receive(size_t size) {
  std::string result(size, '\0');
  size_t done = 0;
  while (done < size) {
    auto got = recv(handle(), result.data() + done, size - done, 0);
    if (got <= 0)
      break;
    done += static_cast<size_t>(got);
  }
  result.resize(done);
  return result;
}

std::string client::receive_frame() {
  uint32_t size = 0;
  auto prefix = receive(sizeof size);
  REQUIRE(prefix.size() == sizeof size);
  std::memcpy(&size, prefix.data(), sizeof size);
  return receive(ntohl(size));
}

bool client::at_end() {
  char byte = 0;
  auto got = recv(handle(), &byte, 1, 0);
  return got == 0 || (got < 0 && errno == ECONNRESET);
}

void client::shut_down_sending() {
  ::shutdown(handle(), SHUT_WR);
}

void scripted_sink::on_frame(request_slot slot, storage::buffer frame) {
  std::string text(frame.size(), '\0');
  if (!frame.empty())
    std::memcpy(text.data(), frame.data(), frame.size());
  seen_.update([&](observed& x) { x.frames.push_back(text); });
  how_(*peer_, slot, frame);
}

void scripted_sink::on_frames_delivered() {
  seen_.update([&](observed& x) { x.turns.push_back(x.frames.size()); });
}

void scripted_sink::on_closed(const std::string& why) {
  peer_.reset();
  seen_.update([&](observed& x) { x.ends.push_back(why); });
}

server_fixture::server_fixture(scripted_sink::answer how, const limits& bounds,
                               size_t lane_count, read_in_handler read_in) {
  std::vector<lane*> lanes;
  for (size_t i = 0; i < lane_count; ++i) {
    lanes_.push_back(std::make_unique<lane>("test-lane"));
    lanes.push_back(lanes_.back().get());
  }
  auto accept = [this, how = std::move(how)](size_t index,
                                             std::shared_ptr<connection> x) {
    connections_.update([&](auto& xs) { xs.push_back(x); });
    seen_.update([&](observed& y) { y.lanes.push_back(index); });
    return std::make_shared<scripted_sink>(std::move(x), how, seen_);
  };
  auto made = server::listen({"127.0.0.1", 0}, lanes, bounds, std::move(accept),
                             std::move(read_in));
  REQUIRE(made.has_value());
  server_ = std::move(*made);
  REQUIRE(server_->start_accepting());
}

server_fixture::~server_fixture() {
  server_.reset();
}

bool server_fixture::wait_for_ends(size_t count) {
  return seen_.wait([=](const observed& x) { return x.ends.size() >= count; });
}

std::vector<std::shared_ptr<connection>> server_fixture::connections() {
  std::vector<std::shared_ptr<connection>> result;
  for (auto& x : connections_.get())
    result.push_back(x.lock());
  return result;
}

void echo(connection& to, request_slot slot, const storage::buffer& frame) {
  std::string_view text(reinterpret_cast<const char*>(frame.data()),
                        frame.size());
  to.reply(slot, text_answer(text));
}

chunks text_answer(std::string_view text) {
  chunks result;
  result.emplace_back(storage::buffer::copy_of(framed(text)));
  return result;
}

std::string pattern(size_t size) {
  std::string result(size, '\0');
  uint32_t x = 1;
  for (auto& c : result) {
    x = x * 1664525 + 1013904223;
    c = static_cast<char>(x >> 24);
  }
  return result;
}

temporary_file::temporary_file(std::string_view content) {
  auto path = std::filesystem::temp_directory_path() / "troupe-XXXXXX";
  directory_ = path.string();
  REQUIRE(mkdtemp(directory_.data()) != nullptr);
  auto opened = storage::posix_file_system().open(directory_ + "/file",
                                                  storage::open_mode::create);
  REQUIRE(opened.has_value());
  file_ = std::move(*opened);
  auto bytes = std::as_bytes(std::span(content));
  REQUIRE(file_->write(0, {&bytes, 1}).has_value());
}

temporary_file::~temporary_file() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

result<size_t> memory_file::read(uint64_t position, std::span<std::byte> into) {
  if (position >= content_.size())
    return 0;
  auto size = std::min(into.size(), content_.size() - position);
  std::memcpy(into.data(), content_.data() + position, size);
  return size;
}

result<storage::file::nowait_read>
memory_file::read_nowait(uint64_t position, std::span<std::byte> into) {
  if (!resident_)
    return nowait_read{0, false};
  return nowait_read{read(position, into).value(), true};
}

result<void>
memory_file::write(uint64_t, std::span<const std::span<const std::byte>>) {
  return failure(storage::errc::read_only, "memory_file takes no writes");
}

result<void> memory_file::truncate(uint64_t size) {
  content_.resize(size);
  return {};
}

} // namespace troupe::transport
