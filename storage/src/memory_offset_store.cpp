// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/offset_store.h>

#include <mutex>
#include <unordered_map>

namespace troupe::storage {

namespace {

class memory_offset_store final : public offset_store {
public:
  result<std::optional<partition_checkpoint>>
  load(const topic_partition& tp) override {
    std::lock_guard guard{mutex_};
    auto found = checkpoints_.find(tp);
    if (found == checkpoints_.end())
      return std::optional<partition_checkpoint>{};
    return std::optional{found->second};
  }

  result<void> save(const topic_partition& tp, const partition_checkpoint& x,
                    durable) override {
    std::lock_guard guard{mutex_};
    checkpoints_.insert_or_assign(tp, x);
    return {};
  }

  result<void> erase(const topic_partition& tp) override {
    std::lock_guard guard{mutex_};
    checkpoints_.erase(tp);
    return {};
  }

  result<void> sync() override { return {}; }

private:
  // Stands in for the database, which detached actors share.
  std::mutex mutex_;
  std::unordered_map<topic_partition, partition_checkpoint> checkpoints_;
};

} // namespace

std::unique_ptr<offset_store> make_memory_offset_store() {
  return std::make_unique<memory_offset_store>();
}

} // namespace troupe::storage
