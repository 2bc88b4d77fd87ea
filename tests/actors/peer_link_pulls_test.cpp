// SPDX-License-Identifier: Apache-2.0
#include "peer_fixture.h"

#include <troupe/storage/error.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

using namespace troupe;
using namespace troupe::actors;
using namespace std::chrono_literals;

namespace {

/// A file on a disk that takes 30 ms of `clock` for each read, and gives
/// nothing more than was allowed.
class slow_file final : public storage::file {
public:
  explicit slow_file(std::shared_ptr<std::atomic<int64_t>> clock)
      : clock_(std::move(clock)) {}

  void allow(int reads) {
    std::lock_guard lock(guard_);
    allowed_ = reads;
    changed_.notify_all();
  }

  int begun() const { return begun_; }

  result<size_t> read(uint64_t, std::span<std::byte> into) override {
    auto number = ++begun_;
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return allowed_ >= number; });
    *clock_ += std::chrono::microseconds(30ms).count();
    std::fill(into.begin(), into.end(), std::byte{'x'});
    return into.size();
  }

  result<nowait_read> read_nowait(uint64_t, std::span<std::byte>) override {
    return nowait_read{};
  }

  result<void>
  write(uint64_t, std::span<const std::span<const std::byte>>) override {
    return failure(storage::errc::io, "for reading only");
  }

  result<void> sync() override { return {}; }
  result<uint64_t> size() override { return uint64_t{1} << 20; }
  result<void> truncate(uint64_t) override { return {}; }
  int native_handle() const noexcept override { return -1; }
  const std::string& path() const noexcept override { return path_; }

private:
  std::shared_ptr<std::atomic<int64_t>> clock_;
  std::string path_ = "slow";
  std::atomic<int> begun_{0};
  std::mutex guard_;
  std::condition_variable changed_;
  int allowed_ = 0;
};

/// Lets a link end that waits for the disk, whatever was checked.
struct mended_disk {
  slow_file& file;
  ~mended_disk() { file.allow(1000); }
};

} // namespace

TEST_CASE("peer link: what else is to be done does not wait for a slow disk") {
  auto clock = std::make_shared<std::atomic<int64_t>>(0);
  auto file = std::make_shared<slow_file>(clock);
  auto reader = peer_options(2);
  reader.now = [clock] { return std::chrono::microseconds(clock->load()); };
  reader.settings.served.piece_bytes_max = 1000;
  // To follow one partition is refused at once.
  reader.settings.sent.pulls_max = 0;
  peer_node one(peer_options(1)), two(reader);
  mended_disk at_the_end{*file};
  one.follow({two.address()});
  two.follow({one.address()});
  REQUIRE(one.wait_up(2));
  REQUIRE(two.wait_up(1));
  two.serve({file, 0, 3000, nullptr});
  one.pull(2, 0);
  REQUIRE(soon([&] { return file->begun() == 1; }));
  // While the first piece is read.
  two.pull(1, 0);
  file->allow(1);
  CHECK_FALSE(two.wait_pulled().outcome.why.ok());
  file->allow(3);
  CHECK(one.wait_pulled().batches.size() == 3000);
}
