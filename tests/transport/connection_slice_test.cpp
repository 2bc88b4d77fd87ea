// SPDX-License-Identifier: Apache-2.0
// File slices and time: the paths of a connection that wait.
#include "socket_fixture.h"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using namespace troupe::transport;
using namespace std::chrono_literals;

namespace {

chunks slice_answer(const std::string& head, storage::file_slice slice) {
  auto prefix = framed(head + std::string(slice.size, ' ')).substr(0, 4);
  chunks x;
  x.emplace_back(storage::buffer::copy_of(prefix + head));
  x.emplace_back(std::move(slice));
  return x;
}

/// A read-in handler that keeps what it is given.
struct held_read_ins {
  using entry = std::pair<storage::file_slice, std::function<void()>>;
  shared_state<std::vector<entry>> entries;

  read_in_handler handler() {
    return [this](storage::file_slice slice, std::function<void()> done) {
      entries.update([&](auto& xs) {
        xs.emplace_back(std::move(slice), std::move(done));
      });
    };
  }
  bool wait_for(size_t count) {
    return entries.wait([=](auto& xs) { return xs.size() >= count; });
  }
};

} // namespace

TEST_CASE("connection: a slice larger than any socket buffer arrives whole") {
  auto content = pattern(6u << 20);
  temporary_file file(content);
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        auto size = static_cast<uint32_t>(content.size());
        to.reply(slot, slice_answer("head", file.slice(0, size)));
      });
  auto peer = fixture.connect(65536);
  REQUIRE(peer.send(framed("a") + framed("b")));
  CHECK(peer.receive_frame() == "head" + content);
  CHECK(peer.receive_frame() == "head" + content);
  auto& counters = fixture.served().counters();
  CHECK(counters.pages_hit == 2 * content.size() / 4096);
  CHECK(counters.pages_missed == 0);
  CHECK(counters.bytes_received == 10);
}

TEST_CASE("connection: slices and memory of pipelined answers keep order") {
  auto content = pattern(100000);
  temporary_file file(content);
  limits bounds;
  bounds.send_bytes_per_turn = 30000;
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        if (slot % 3 == 0)
          to.reply(slot, text_answer(std::to_string(slot)));
        else
          to.reply(slot, slice_answer(std::to_string(slot),
                                      file.slice(slot * 100, 50000)));
      },
      bounds);
  auto peer = fixture.connect();
  std::string stream;
  for (int i = 0; i < 100; ++i)
    stream += framed("next");
  REQUIRE(peer.send(stream));
  for (size_t i = 0; i < 100; ++i) {
    auto expected = std::to_string(i);
    if (i % 3 != 0)
      expected += content.substr(i * 100, 50000);
    REQUIRE(peer.receive_frame() == expected);
  }
}

TEST_CASE("connection: a truncated file closes it instead of hanging") {
  temporary_file file(pattern(100000));
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer&) {
        to.reply(slot, slice_answer("", file.slice(0, 100000)));
      });
  REQUIRE(file.get()->truncate(50000).has_value());
  auto peer = fixture.connect();
  REQUIRE(peer.send(framed("a")));
  CHECK(peer.receive(100004).size() == 50004);
  REQUIRE(fixture.wait_for_ends(1));
  CHECK(fixture.seen().get().ends[0].find("is shorter than")
        != std::string::npos);
}

TEST_CASE("connection: only the one that needs a cold slice waits for it") {
  auto cold = std::make_shared<memory_file>("0123456789");
  held_read_ins held;
  server_fixture fixture(
      [&](connection& to, request_slot slot, const storage::buffer& frame) {
        if (frame.size() == 4)
          to.reply(slot,
                   slice_answer("", storage::file_slice{cold, 1, 8, nullptr}));
        else
          echo(to, slot, frame);
      },
      {}, 1, held.handler());
  auto slow = fixture.connect();
  auto quick = fixture.connect();
  REQUIRE(slow.send(framed("cold") + framed("after")));
  REQUIRE(held.wait_for(1));
  REQUIRE(quick.send(framed("quick")));
  CHECK(quick.receive_frame() == "quick");
  auto [slice, done] = held.entries.get().at(0);
  CHECK(slice.position == 1);
  CHECK(slice.size == 8);
  CHECK(fixture.served().counters().cold_reads == 1);
  done();
  CHECK(slow.receive_frame() == "12345678");
  CHECK(slow.receive_frame() == "after");
}

TEST_CASE("connection: a cold slice whose peer has gone harms nobody") {
  auto cold = std::make_shared<memory_file>("0123456789");
  held_read_ins held;
  {
    server_fixture fixture(
        [&](connection& to, request_slot slot, const storage::buffer&) {
          to.reply(slot,
                   slice_answer("", storage::file_slice{cold, 1, 8, nullptr}));
        },
        {}, 1, held.handler());
    auto peer = fixture.connect();
    REQUIRE(peer.send(framed("cold")));
    REQUIRE(held.wait_for(1));
    fixture.served().stop(0ms);
    held.entries.get().at(0).second();
  }
  // The lanes are gone by now.
  held.entries.get().at(0).second();
  CHECK(held.entries.get().size() == 1);
}

TEST_CASE("connection: one without a byte for the idle timeout is closed") {
  limits bounds;
  bounds.idle_timeout = 80ms;
  server_fixture fixture(
      [](connection&, request_slot, const storage::buffer&) {}, bounds);
  auto begin = std::chrono::steady_clock::now();
  auto silent = fixture.connect();
  CHECK(silent.at_end());
  CHECK(std::chrono::steady_clock::now() - begin >= 80ms);
  auto parked = fixture.connect();
  REQUIRE(parked.send(framed("never answered")));
  CHECK(parked.at_end());
  REQUIRE(fixture.wait_for_ends(2));
  CHECK(fixture.seen().get().ends
        == std::vector<std::string>{"idle for 80 ms", "idle for 80 ms"});
}

TEST_CASE("connection: one that is used outlives many idle timeouts") {
  limits bounds;
  bounds.idle_timeout = 500ms;
  server_fixture fixture(echo, bounds);
  auto peer = fixture.connect();
  auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < 1200ms) {
    REQUIRE(peer.send(framed("still here")));
    REQUIRE(peer.receive_frame() == "still here");
  }
  CHECK(fixture.seen().get().ends.empty());
}

TEST_CASE("connection: dripping bytes of a frame does not keep it open") {
  limits bounds;
  bounds.idle_timeout = 100ms;
  server_fixture fixture(echo, bounds);
  auto peer = fixture.connect();
  auto stream = framed(std::string(1u << 20, 'x'));
  // A byte at a time, as fast as that goes: far slower than the timeout.
  for (char c : stream)
    if (!peer.send({&c, 1}))
      break;
  REQUIRE(fixture.wait_for_ends(1));
  auto why = fixture.seen().get().ends[0];
  CHECK(why == "a frame took longer than 100 ms");
}
