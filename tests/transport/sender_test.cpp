// SPDX-License-Identifier: Apache-2.0
#include "sender.h"

#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <array>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

using namespace troupe;
using namespace troupe::transport;

namespace {

constexpr size_t unlimited = SIZE_MAX;

struct socket_pair {
  socket_pair() {
    std::array<int, 2> fds{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data())
            == 0);
    near = descriptor(fds[0]);
    far = std::make_unique<client>(descriptor(fds[1]));
    fcntl(near.get(), F_SETFL, O_NONBLOCK);
    int small = 4096;
    setsockopt(near.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }

  descriptor near;
  std::unique_ptr<client> far;
};

/// Sends with `bytes_max` per turn and reads on the other side in between.
std::string pump(sender& from, socket_pair& over, size_t bytes_max) {
  std::string result;
  for (;;) {
    auto turn = from.send(over.near.get(), bytes_max);
    CHECK(turn.bytes_sent <= bytes_max);
    result += over.far->receive(turn.bytes_sent);
    if (turn.state == send_state::drained)
      return result;
    REQUIRE(
        (turn.state == send_state::more || turn.state == send_state::blocked));
    REQUIRE(turn.bytes_sent > 0);
  }
}

chunks mixed(const temporary_file& file, size_t size) {
  chunks x;
  x.emplace_back(storage::buffer::copy_of("head"));
  x.emplace_back(file.slice(10, static_cast<uint32_t>(size - 20)));
  x.emplace_back(storage::buffer::copy_of(""));
  x.emplace_back(storage::buffer::copy_of("tail"));
  return x;
}

} // namespace

TEST_CASE("sender: memory and file leave in order through a tiny socket") {
  auto content = pattern(300000);
  temporary_file file(content);
  auto expected = "head" + content.substr(10, content.size() - 20) + "tail";
  for (size_t bytes_max : {size_t{777}, size_t{50000}, unlimited}) {
    CAPTURE(bytes_max);
    socket_pair pair;
    sender x(nullptr);
    x.push(mixed(file, content.size()));
    x.push(mixed(file, content.size()));
    CHECK(x.bytes() == 2 * expected.size());
    CHECK(pump(x, pair, bytes_max) == expected + expected);
    CHECK(x.bytes() == 0);
  }
}

TEST_CASE("sender: more small chunks than fit one call all leave") {
  socket_pair pair;
  sender x(nullptr);
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    x.push({storage::buffer::copy_of(std::to_string(i))});
    expected += std::to_string(i);
  }
  CHECK(pump(x, pair, unlimited) == expected);
}

TEST_CASE("sender: a cold slice is handed out, then sent") {
  auto file = std::make_shared<memory_file>("0123456789");
  std::vector<storage::file_slice> handed_out;
  socket_pair pair;
  sender x([&](storage::file_slice slice) { handed_out.push_back(slice); });
  chunks answer;
  answer.emplace_back(storage::buffer::copy_of("head"));
  answer.emplace_back(storage::file_slice{file, 2, 5, nullptr});
  x.push(std::move(answer));
  auto turn = x.send(pair.near.get(), unlimited);
  CHECK(turn.state == send_state::cold);
  CHECK(turn.bytes_sent == 4);
  CHECK(x.waiting_for_disk());
  REQUIRE(handed_out.size() == 1);
  CHECK(handed_out[0].position == 2);
  CHECK(handed_out[0].size == 5);
  CHECK(x.send(pair.near.get(), unlimited).state == send_state::cold);
  CHECK(handed_out.size() == 1);
  // Not asked a second time, though the file still says it is cold.
  x.slice_read_in();
  CHECK(x.send(pair.near.get(), unlimited).state == send_state::drained);
  CHECK(pair.far->receive(9) == "head23456");
}

TEST_CASE("sender: a large cold slice is read in piece by piece") {
  constexpr uint32_t piece = cold_reads::piece_bytes_max;
  auto content = pattern(2 * piece + 1000);
  auto file = std::make_shared<memory_file>(content);
  std::vector<std::pair<uint64_t, uint32_t>> pieces;
  socket_pair pair;
  sender x([&](storage::file_slice slice) {
    pieces.emplace_back(slice.position, slice.size);
  });
  auto size = static_cast<uint32_t>(content.size());
  x.push({storage::file_slice{file, 0, size, nullptr}});
  std::string received;
  for (;;) {
    auto turn = x.send(pair.near.get(), unlimited);
    received += pair.far->receive(turn.bytes_sent);
    if (turn.state == send_state::cold)
      x.slice_read_in();
    else if (turn.state == send_state::drained)
      break;
  }
  CHECK(received == content);
  // The socket is far smaller than a piece: a rest may be handed out again.
  REQUIRE(pieces.size() >= 3);
  CHECK(pieces.front() == std::pair<uint64_t, uint32_t>{0, piece});
  for (const auto& [position, bytes] : pieces)
    CHECK(bytes <= piece);
}

TEST_CASE("sender: pages of slices are counted once, hot or not") {
  temporary_file file(pattern(10 * 4096));
  socket_pair pair;
  sender x(nullptr);
  x.push({file.slice(0, 10 * 4096)});
  page_count sum;
  for (;;) {
    auto turn = x.send(pair.near.get(), 5000);
    pair.far->receive(turn.bytes_sent);
    sum.hit += turn.pages.hit;
    sum.missed += turn.pages.missed;
    if (turn.state == send_state::drained)
      break;
  }
  CHECK(sum == page_count{10, 0});
}

TEST_CASE("sender: a file that lost bytes fails the connection") {
  temporary_file file(pattern(10000));
  socket_pair pair;
  sender x(nullptr);
  x.push({file.slice(0, 10000)});
  REQUIRE(file.get()->truncate(100).has_value());
  auto turn = x.send(pair.near.get(), unlimited);
  CHECK(turn.state == send_state::failed);
  CHECK(turn.why.find("is shorter than") != std::string::npos);
  CHECK(pair.far->receive(100).size() == 100);
}

TEST_CASE("sender: a file in memory that lost bytes fails it too") {
  auto file = std::make_shared<memory_file>("0123456789");
  socket_pair pair;
  sender x(nullptr);
  x.push({storage::file_slice{file, 8, 10, nullptr}});
  auto turn = x.send(pair.near.get(), unlimited);
  CHECK(turn.state == send_state::failed);
  CHECK(pair.far->receive(2) == "89");
}

TEST_CASE("sender: a peer that is gone is an error, not a signal") {
  temporary_file file(pattern(1000));
  std::string memory_why;
  std::string file_why;
  // As on a lane: sendfile can only be kept quiet by the signal mask.
  std::thread([&] {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    socket_pair pair;
    pair.far->close();
    sender memory(nullptr);
    memory.push({storage::buffer::copy_of("x")});
    memory_why = memory.send(pair.near.get(), unlimited).why;
    sender from_file(nullptr);
    from_file.push({file.slice(0, 1000)});
    file_why = from_file.send(pair.near.get(), unlimited).why;
  }).join();
  CHECK(memory_why == "sending: Broken pipe");
  CHECK(file_why == "sending: Broken pipe");
}
