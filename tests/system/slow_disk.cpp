// SPDX-License-Identifier: Apache-2.0
// `troupe serve` on a disk that is slow while a test wants it: the file that
// SLOW_DISK_TEST_FILE names says for how many milliseconds each sync is held
// up, and a tenth of it each write; without the file the disk is itself.
#include <serve.h>

#include <troupe/storage/forwarding_file.h>
#include <troupe/storage/forwarding_file_system.h>

#include <CLI/CLI.hpp>

#include <poll.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace troupe::storage;
using troupe::result;

class slow_file final : public forwarding_file {
public:
  slow_file(std::shared_ptr<file> to, std::string slowness)
      : forwarding_file(std::move(to)), slowness_(std::move(slowness)) {}

  result<void>
  write(uint64_t position,
        std::span<const std::span<const std::byte>> parts) override {
    hold_up(10);
    return forwarding_file::write(position, parts);
  }
  result<void> sync() override {
    hold_up(1);
    return forwarding_file::sync();
  }

private:
  void hold_up(int divisor) const {
    int ms = 0;
    if (std::ifstream(slowness_) >> ms)
      ::poll(nullptr, 0, ms / divisor);
  }

  std::string slowness_;
};

class slow_files final : public forwarding_file_system {
public:
  explicit slow_files(std::string slowness) : slowness_(std::move(slowness)) {}

  result<std::shared_ptr<file>>
  open(const std::string& path, open_mode mode) override {
    auto opened = forwarding_file_system::open(path, mode);
    if (!opened)
      return opened;
    return std::make_shared<slow_file>(std::move(*opened), slowness_);
  }

private:
  std::string slowness_;
};

} // namespace

int main(int argc, char** argv) {
  const char* slowness = std::getenv("SLOW_DISK_TEST_FILE");
  if (slowness == nullptr)
    return EXIT_FAILURE;
  CLI::App app{"troupe serve on a slow disk", "troupe_on_slow_disk"};
  app.require_subcommand(1);
  int exit_code = 0;
  add_serve_command(app, exit_code, std::make_shared<slow_files>(slowness));
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
