// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/file_system.h>

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace troupe::storage {

namespace {

struct temporary_directory {
  std::string path =
      std::filesystem::temp_directory_path() / "troupe-test-XXXXXX";

  temporary_directory() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~temporary_directory() {
    static_cast<void>(posix_file_system().remove_all(path));
  }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
};

std::span<const std::byte> bytes(std::string_view text) {
  return std::as_bytes(std::span{text.data(), text.size()});
}

std::string text_of(std::span<const std::byte> x) {
  return {reinterpret_cast<const char*>(x.data()), x.size()};
}

std::string read_text(file& from, uint64_t position, size_t size) {
  std::vector<std::byte> into(size);
  auto read = from.read(position, into);
  REQUIRE(read);
  return text_of(std::span{into}.first(*read));
}

std::shared_ptr<file> open_new(const std::string& path) {
  auto opened = posix_file_system().open(path, open_mode::create);
  REQUIRE(opened);
  return *opened;
}

} // namespace

TEST_CASE("posix_file_system: many parts are written one after the other") {
  temporary_directory directory;
  auto x = open_new(directory.path + "/f");
  std::vector<std::span<const std::byte>> parts(40, bytes("ab"));
  parts.insert(parts.begin() + 3, std::span<const std::byte>{});
  REQUIRE(x->write(3, parts));
  CHECK(x->size().value() == 83);
  CHECK(read_text(*x, 3, 4) == "abab");
  CHECK(read_text(*x, 81, 10) == "ab");
  CHECK(read_text(*x, 83, 10).empty());
}

TEST_CASE("posix_file_system: a nowait read of fresh bytes finds them") {
  temporary_directory directory;
  auto x = open_new(directory.path + "/f");
  std::array parts{bytes("hello")};
  REQUIRE(x->write(0, parts));
  std::array<std::byte, 16> into;
  auto read = x->read_nowait(0, into);
  REQUIRE(read);
  CHECK(read->resident);
  CHECK(text_of(std::span{into}.first(read->size)) == "hello");
}

TEST_CASE("posix_file_system: open modes say what may be missing") {
  temporary_directory directory;
  auto& fs = posix_file_system();
  auto path = directory.path + "/f";
  for (auto mode : {open_mode::read, open_mode::write}) {
    auto opened = fs.open(path, mode);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == errc::not_found);
  }
  open_new(path);
  auto opened = fs.open(path, open_mode::read);
  REQUIRE(opened);
  std::array parts{bytes("x")};
  CHECK_FALSE((*opened)->write(0, parts));
  CHECK((*opened)->native_handle() >= 0);
  CHECK((*opened)->path() == path);
}

TEST_CASE("posix_file_system: a full medium is disk_full") {
  auto full = posix_file_system().open("/dev/full", open_mode::write);
  REQUIRE(full);
  std::array parts{bytes("x")};
  auto done = (*full)->write(0, parts);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == errc::disk_full);
}

TEST_CASE("from_errno: a shortage is not a failure of the medium") {
  for (int reason : {EMFILE, ENFILE, ENOMEM, EAGAIN}) {
    CAPTURE(reason);
    CHECK(from_errno(reason, "opening").code == errc::busy);
  }
  CHECK(from_errno(EIO, "opening").code == errc::io);
}

TEST_CASE("posix_file_system: a file whose sync failed is poisoned") {
  // Devices cannot be synced: the cheapest way to make fdatasync fail.
  auto device = posix_file_system().open("/dev/null", open_mode::write);
  REQUIRE(device);
  std::array parts{bytes("x")};
  REQUIRE((*device)->write(0, parts));
  REQUIRE_FALSE((*device)->sync());
  auto again = (*device)->sync();
  REQUIRE_FALSE(again);
  CHECK(again.error().code == errc::poisoned);
  auto write = (*device)->write(0, parts);
  REQUIRE_FALSE(write);
  CHECK(write.error().code == errc::poisoned);
}

TEST_CASE("posix_file_system: names are listed in order, removal is lenient") {
  temporary_directory directory;
  auto& fs = posix_file_system();
  REQUIRE(fs.create_directories(directory.path + "/a/b"));
  REQUIRE(fs.create_directories(directory.path + "/a/b"));
  open_new(directory.path + "/z");
  open_new(directory.path + "/c");
  CHECK(fs.list(directory.path).value()
        == std::vector<std::string>{"a", "c", "z"});
  CHECK(fs.remove(directory.path + "/none"));
  CHECK(fs.remove_all(directory.path + "/none"));
  REQUIRE(fs.remove_all(directory.path + "/a"));
  REQUIRE(fs.rename(directory.path + "/z", directory.path + "/c"));
  CHECK(fs.sync_directory(directory.path));
  CHECK(fs.list(directory.path).value() == std::vector<std::string>{"c"});
  CHECK(fs.exists(directory.path + "/c").value());
  CHECK_FALSE(fs.exists(directory.path + "/c/d").value());
  CHECK_FALSE(fs.list(directory.path + "/none"));
  auto space = fs.free_space(directory.path);
  REQUIRE(space);
  CHECK(space->total_bytes >= space->usable_bytes);
}

TEST_CASE("posix_file_system: an open file outlives its name") {
  temporary_directory directory;
  auto& fs = posix_file_system();
  auto x = open_new(directory.path + "/f");
  std::array parts{bytes("hello")};
  REQUIRE(x->write(0, parts));
  REQUIRE(fs.remove(directory.path + "/f"));
  std::array<std::byte, 8> into;
  CHECK(x->read(0, into).value() == 5);
  CHECK_FALSE(fs.open(directory.path + "/f", open_mode::read));
  REQUIRE(x->truncate(2));
  CHECK(x->size().value() == 2);
}

TEST_CASE("replace_file: leaves exactly the new content") {
  temporary_directory directory;
  auto& fs = posix_file_system();
  auto path = directory.path + "/f";
  REQUIRE(replace_file(fs, path, bytes("a long first content")));
  REQUIRE(replace_file(fs, path, bytes("short")));
  CHECK(text_of(read_file(fs, path, 100).value()) == "short");
  CHECK(fs.list(directory.path).value() == std::vector<std::string>{"f"});
  auto too_large = read_file(fs, path, 4);
  REQUIRE_FALSE(too_large);
  CHECK(too_large.error().code == errc::invalid_argument);
}

TEST_CASE("lock_directory: a second holder is refused until the first goes") {
  temporary_directory directory;
  auto first = lock_directory(directory.path);
  REQUIRE(first);
  auto second = lock_directory(directory.path);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::locked);
  auto pid = std::to_string(::getpid());
  CHECK(second.error().message.find(pid) != std::string::npos);
  first->reset();
  CHECK(lock_directory(directory.path));
  CHECK_FALSE(lock_directory(directory.path + "/none"));
}

} // namespace troupe::storage
