// SPDX-License-Identifier: Apache-2.0
#include "fault_file_system.h"

#include "fault_file.h"

#include <troupe/storage/assert.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace troupe::storage::test {

namespace {

constexpr uint64_t sector_bytes = 512;

std::string parent_of(const std::string& path) {
  auto slash = path.find_last_of('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// What is left of one file after a power cut.
void tear(fault_node& x, std::mt19937_64& random) {
  if (x.dirty_begin >= x.dirty_end)
    return;
  auto mode = random() % 4;
  if (mode == 0)
    x.content = x.durable;
  if (mode >= 2) {
    auto low = std::min(x.content.size(), x.durable.size());
    auto high = std::max(x.content.size(), x.durable.size());
    auto size = low + random() % (high - low + 1);
    std::vector<std::byte> left(size);
    for (uint64_t at = 0; at < size; at += sector_bytes) {
      auto clean = at + sector_bytes <= x.dirty_begin || at >= x.dirty_end;
      // Mode 2: the disk wrote in order and stopped; mode 3: in any order.
      auto fresh = clean || mode == 2 || random() % 2 == 0;
      for (auto i = at; i < std::min<uint64_t>(at + sector_bytes, size); ++i)
        if (fresh && i < x.content.size())
          left[i] = x.content[i];
        else if (i < x.durable.size())
          left[i] = x.durable[i];
    }
    x.content = std::move(left);
  }
  x.durable = x.content;
  x.dirty_begin = x.dirty_end = 0;
}

} // namespace

void fault_node::mark_dirty(uint64_t begin, uint64_t end) {
  if (dirty_begin >= dirty_end) {
    dirty_begin = begin;
    dirty_end = end;
    return;
  }
  dirty_begin = std::min(dirty_begin, begin);
  dirty_end = std::max(dirty_end, end);
}

void fault_node::make_durable() {
  durable.resize(content.size());
  auto end = std::min<uint64_t>(dirty_end, content.size());
  for (auto i = dirty_begin; i < end; ++i)
    durable[i] = content[i];
  dirty_begin = dirty_end = 0;
}

void fault_file_system::inject(operation what, std::string part, int os_error,
                               int skip, int times) {
  std::lock_guard guard{mutex_};
  faults_.push_back({what, std::move(part), os_error, skip, times});
}

void fault_file_system::clear_faults() {
  std::lock_guard guard{mutex_};
  faults_.clear();
}

int fault_file_system::hit(operation what, const std::string& path) {
  auto writes = what != operation::open && what != operation::read
                && what != operation::sync;
  if (read_only_ && writes)
    return EROFS;
  for (auto& x : faults_) {
    if (x.what != what || x.times == 0
        || path.find(x.part) == std::string::npos)
      continue;
    if (x.skip > 0) {
      --x.skip;
      continue;
    }
    --x.times;
    return x.os_error;
  }
  return 0;
}

void fault_file_system::apply(names& to, const change& x) {
  if (!x.old_path.empty())
    to.erase(x.old_path);
  if (x.node != nullptr)
    to[x.path] = x.node;
  else
    to.erase(x.path);
}

void fault_file_system::record(change x) {
  apply(names_, x);
  changes_.push_back(std::move(x));
}

void fault_file_system::crash(uint64_t seed) {
  std::lock_guard guard{mutex_};
  std::mt19937_64 random{seed};
  ++generation_;
  // Journals keep the order of changes: some first part of them survives.
  auto survivors = changes_.empty() ? 0 : random() % (changes_.size() + 1);
  for (size_t i = 0; i < survivors; ++i)
    apply(durable_names_, changes_[i]);
  changes_.clear();
  names_ = durable_names_;
  for (auto& [path, node] : names_)
    tear(*node, random);
  faults_.clear();
}

std::vector<std::byte>
fault_file_system::content(const std::string& path) const {
  std::lock_guard guard{mutex_};
  auto found = names_.find(path);
  ASSERT(found != names_.end());
  return found->second->content;
}

void fault_file_system::put(const std::string& path,
                            std::vector<std::byte> content) {
  std::lock_guard guard{mutex_};
  auto node = std::make_shared<fault_node>();
  node->durable = content;
  node->content = std::move(content);
  names_[path] = node;
  durable_names_[path] = node;
}

void fault_file_system::flip_bit(const std::string& path, uint64_t position) {
  std::lock_guard guard{mutex_};
  auto found = names_.find(path);
  ASSERT(found != names_.end());
  auto& node = *found->second;
  ASSERT(position < node.content.size());
  node.content[position] ^= std::byte{1};
  if (position < node.durable.size())
    node.durable[position] = node.content[position];
}

uint64_t fault_file_system::used_unlocked() const {
  uint64_t used = 0;
  for (auto& [path, node] : names_)
    used += node->content.size();
  return used;
}

uint64_t fault_file_system::used_bytes() const {
  std::lock_guard guard{mutex_};
  return used_unlocked();
}

result<std::shared_ptr<file>>
fault_file_system::open(const std::string& path, open_mode mode) {
  std::lock_guard guard{mutex_};
  if (auto os_error = hit(operation::open, path))
    return failure(from_errno(os_error, "cannot open " + path));
  auto found = names_.find(path);
  if (found == names_.end()) {
    if (mode != open_mode::create || !directories_.contains(parent_of(path)))
      return failure(from_errno(ENOENT, "cannot open " + path));
    if (read_only_)
      return failure(from_errno(EROFS, "cannot create " + path));
    record({path, std::make_shared<fault_node>(), {}});
    found = names_.find(path);
  }
  return std::make_shared<fault_file>(*this, found->second, path, generation_);
}

result<std::vector<std::string>>
fault_file_system::list(const std::string& path) {
  std::lock_guard guard{mutex_};
  if (!directories_.contains(path))
    return failure(from_errno(ENOENT, "cannot list " + path));
  std::vector<std::string> found;
  auto prefix = path + "/";
  for (auto at = names_.lower_bound(prefix);
       at != names_.end() && at->first.starts_with(prefix); ++at)
    if (at->first.find('/', prefix.size()) == std::string::npos)
      found.push_back(at->first.substr(prefix.size()));
  for (auto& directory : directories_)
    if (directory != "/" && parent_of(directory) == path)
      found.push_back(directory.substr(prefix.size()));
  std::sort(found.begin(), found.end());
  return found;
}

result<bool> fault_file_system::exists(const std::string& path) {
  std::lock_guard guard{mutex_};
  return names_.contains(path) || directories_.contains(path);
}

result<void> fault_file_system::create_directories(const std::string& path) {
  std::lock_guard guard{mutex_};
  for (auto at = path; at != "/" && !at.empty(); at = parent_of(at))
    directories_.insert(at);
  return {};
}

result<void>
fault_file_system::rename(const std::string& from, const std::string& to) {
  std::lock_guard guard{mutex_};
  if (auto os_error = hit(operation::rename, from))
    return failure(from_errno(os_error, "cannot rename " + from));
  auto found = names_.find(from);
  if (found == names_.end())
    return failure(from_errno(ENOENT, "cannot rename " + from));
  record({to, found->second, from});
  return {};
}

result<void> fault_file_system::remove(const std::string& path) {
  std::lock_guard guard{mutex_};
  if (auto os_error = hit(operation::remove, path))
    return failure(from_errno(os_error, "cannot remove " + path));
  if (names_.contains(path))
    record({path, nullptr, {}});
  return {};
}

result<void> fault_file_system::remove_all(const std::string& path) {
  std::lock_guard guard{mutex_};
  auto prefix = path + "/";
  std::vector<std::string> doomed;
  for (auto& [name, node] : names_)
    if (name == path || name.starts_with(prefix))
      doomed.push_back(name);
  for (auto& name : doomed)
    record({name, nullptr, {}});
  std::erase_if(directories_,
                [&](auto& x) { return x == path || x.starts_with(prefix); });
  return {};
}

result<void> fault_file_system::sync_directory(const std::string& path) {
  std::lock_guard guard{mutex_};
  if (auto os_error = hit(operation::sync_directory, path))
    return failure(from_errno(os_error, "cannot sync directory " + path));
  std::vector<change> left;
  for (auto& x : changes_) {
    if (parent_of(x.path) == path)
      apply(durable_names_, x);
    else
      left.push_back(std::move(x));
  }
  changes_ = std::move(left);
  return {};
}

result<file_system::space> fault_file_system::free_space(const std::string&) {
  std::lock_guard guard{mutex_};
  auto total = space_.value_or(uint64_t{1} << 40);
  auto used = used_unlocked();
  return space{total, total > used ? total - used : 0};
}

} // namespace troupe::storage::test
