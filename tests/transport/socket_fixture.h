// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.h"

#include <troupe/storage/buffer.h>
#include <troupe/storage/file_system.h>
#include <troupe/transport/server.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::transport {

/// Long enough that only a hang reaches it.
constexpr std::chrono::seconds patience{10};

/// `text` behind its size, as it goes over the wire.
std::string framed(std::string_view text);

/// A blocking client whose calls give up after `patience`.
class client {
public:
  explicit client(const endpoint& at, int receive_buffer_bytes = 0);
  /// Takes a socket over.
  explicit client(descriptor socket);
  bool connect_to(const endpoint& at);

  bool connected() const noexcept { return static_cast<bool>(socket_); }
  int handle() const noexcept { return socket_.get(); }

  /// Sends all of it; false when the connection broke.
  bool send(std::string_view bytes);
  /// Sends until the socket takes nothing any more, `bytes_max` at most.
  size_t send_until_full(std::string_view bytes);
  /// Exactly `size` bytes, fewer at the end of the stream.
  std::string receive(size_t size);
  /// The next frame, without its prefix.
  std::string receive_frame();
  /// True when the server has closed (with or without a reset).
  bool at_end();
  void shut_down_sending();
  void close() { socket_ = {}; }

private:
  void set_timeouts();

  descriptor socket_;
};

/// A waitable value that several threads write.
template <class T>
class shared_state {
public:
  template <class Change>
  void update(Change change) {
    std::lock_guard guard(mutex_);
    change(value_);
    changed_.notify_all();
  }
  /// True when `wanted` came true in time.
  template <class Predicate>
  bool wait(Predicate wanted) {
    std::unique_lock guard(mutex_);
    return changed_.wait_until(guard,
                               std::chrono::system_clock::now() + patience,
                               [&] { return wanted(std::as_const(value_)); });
  }
  T get() {
    std::lock_guard guard(mutex_);
    return value_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

/// What the sinks of a test have seen.
struct observed {
  std::vector<std::string> frames;
  std::vector<std::string> ends;
  /// How many frames had come at each end of a turn.
  std::vector<size_t> turns;
  std::vector<size_t> lanes;
};

/// Answers each request as the test says.
class scripted_sink : public frame_sink {
public:
  using answer =
      std::function<void(connection&, request_slot, const storage::buffer&)>;

  scripted_sink(std::shared_ptr<connection> peer, answer how,
                shared_state<observed>& seen)
      : peer_(std::move(peer)), how_(std::move(how)), seen_(seen) {}

  void on_frame(request_slot slot, storage::buffer frame) override;
  void on_frames_delivered() override;
  void on_closed(const std::string& why) override;

private:
  std::shared_ptr<connection> peer_;
  answer how_;
  shared_state<observed>& seen_;
};

/// A server on lanes of its own whose sinks follow one script.
class server_fixture {
public:
  explicit server_fixture(scripted_sink::answer how, const limits& bounds = {},
                          size_t lane_count = 1, read_in_handler read_in = {});
  ~server_fixture();

  client connect(int receive_buffer_bytes = 0) {
    return client(served().local(), receive_buffer_bytes);
  }
  server& served() { return *server_; }
  void destroy_server() { server_.reset(); }
  lane& first_lane() { return *lanes_.front(); }
  shared_state<observed>& seen() { return seen_; }
  /// Waits until `count` sinks have seen the end.
  bool wait_for_ends(size_t count);
  /// The connections, in the order in which they came.
  std::vector<std::shared_ptr<connection>> connections();

private:
  shared_state<observed> seen_;
  shared_state<std::vector<std::weak_ptr<connection>>> connections_;
  std::vector<std::unique_ptr<lane>> lanes_;
  std::unique_ptr<server> server_;
};

/// Answers with the request itself.
void echo(connection& to, request_slot slot, const storage::buffer& frame);

/// Answers only when the test says so.
struct held_requests {
  shared_state<std::vector<request_slot>> slots;

  scripted_sink::answer script() {
    return [this](connection&, request_slot slot, const storage::buffer&) {
      slots.update([=](auto& xs) { xs.push_back(slot); });
    };
  }
  bool wait_for(size_t count) {
    return slots.wait([=](auto& xs) { return xs.size() >= count; });
  }
};

/// An answer in memory.
chunks text_answer(std::string_view text);

/// `size` bytes that differ from place to place.
std::string pattern(size_t size);

/// A file in a directory of its own, removed at the end.
class temporary_file {
public:
  explicit temporary_file(std::string_view content);
  ~temporary_file();
  const std::shared_ptr<storage::file>& get() const noexcept { return file_; }
  storage::file_slice slice(uint64_t position, uint32_t size) const {
    return {file_, position, size, nullptr};
  }

private:
  std::string directory_;
  std::shared_ptr<storage::file> file_;
};

/// A file in memory without a descriptor, cold until told otherwise.
class memory_file final : public storage::file {
public:
  explicit memory_file(std::string content) : content_(std::move(content)) {}
  void warm() { resident_ = true; }

  result<size_t> read(uint64_t position, std::span<std::byte> into) override;
  result<nowait_read>
  read_nowait(uint64_t position, std::span<std::byte> into) override;
  result<void>
  write(uint64_t position,
        std::span<const std::span<const std::byte>> parts) override;
  result<void> sync() override { return {}; }
  result<uint64_t> size() override { return content_.size(); }
  result<void> truncate(uint64_t size) override;
  int native_handle() const noexcept override { return -1; }
  const std::string& path() const noexcept override { return path_; }

private:
  std::string content_;
  std::string path_ = "memory";
  std::atomic<bool> resident_{false};
};

} // namespace troupe::transport
