// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace troupe::storage::test {

/// What a single fault hits.
enum class operation : uint8_t {
  open,
  read,
  write,
  sync,
  truncate,
  rename,
  remove,
  sync_directory,
};

/// Content of one file: what programs see, and what a crash leaves for sure.
struct fault_node {
  std::vector<std::byte> content;
  std::vector<std::byte> durable;
  /// Bytes outside [dirty_begin, dirty_end) are the same in both.
  uint64_t dirty_begin = 0;
  uint64_t dirty_end = 0;

  void mark_dirty(uint64_t begin, uint64_t end);
  void make_durable();
};

/// Files in memory that behave as badly as a disk may: `crash` forgets or tears
/// (in sectors of 512 bytes) what was not synced and the latest changes of
/// directories that were not; single operations fail on demand.
class fault_file_system final : public file_system {
public:
  /// After `skip` operations of that kind on paths that contain `part`, the
  /// next `times` fail with `os_error`. A failing write leaves a part behind.
  void inject(operation what, std::string part, int os_error, int skip = 0,
              int times = 1);
  void clear_faults();
  /// Writes that would make all files larger than `bytes` together fail with
  /// ENOSPC; none: no bound.
  void set_space(std::optional<uint64_t> bytes) { space_ = bytes; }
  void set_read_only(bool on) { read_only_ = on; }
  /// Nothing is in the page cache.
  void set_cold(bool on) { cold_ = on; }
  /// Power cut. Open files fail from now on.
  void crash(uint64_t seed);

  /// The file must exist.
  std::vector<std::byte> content(const std::string& path) const;
  /// Durable at once.
  void put(const std::string& path, std::vector<std::byte> content);
  void flip_bit(const std::string& path, uint64_t position);
  uint64_t bytes_read() const noexcept { return bytes_read_; }
  uint64_t syncs() const noexcept { return syncs_; }
  uint64_t used_bytes() const;

  result<std::shared_ptr<file>>
  open(const std::string& path, open_mode mode) override;
  result<std::vector<std::string>> list(const std::string& path) override;
  result<bool> exists(const std::string& path) override;
  result<void> create_directories(const std::string& path) override;
  result<void> rename(const std::string& from, const std::string& to) override;
  result<void> remove(const std::string& path) override;
  result<void> remove_all(const std::string& path) override;
  result<void> sync_directory(const std::string& path) override;
  result<space> free_space(const std::string& path) override;

private:
  friend class fault_file;
  using node_ptr = std::shared_ptr<fault_node>;
  using names = std::map<std::string, node_ptr>;

  /// A change of a directory that no sync has covered.
  struct change {
    std::string path;
    /// Null: the name was removed.
    node_ptr node;
    /// For a rename: the name that disappeared in the same step.
    std::string old_path;
  };
  struct fault {
    operation what;
    std::string part;
    int os_error;
    int skip;
    int times;
  };

  /// errno of the fault that hits now, 0 for none.
  int hit(operation what, const std::string& path);
  static void apply(names& to, const change& x);
  void record(change x);
  uint64_t used_unlocked() const;

  mutable std::mutex mutex_;
  names names_;
  names durable_names_;
  std::vector<change> changes_;
  std::set<std::string> directories_{"/"};
  std::vector<fault> faults_;
  std::optional<uint64_t> space_;
  bool read_only_ = false;
  bool cold_ = false;
  uint64_t generation_ = 0;
  uint64_t bytes_read_ = 0;
  uint64_t syncs_ = 0;
};

} // namespace troupe::storage::test
