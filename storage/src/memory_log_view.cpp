// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/log_view.h>

#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace troupe::storage {

namespace {

class memory_log_view final : public log_view {
public:
  result<std::optional<view_position>>
  position(const topic_partition& tp) override {
    std::lock_guard guard{mutex_};
    auto found = views_.find(tp);
    if (found == views_.end())
      return std::optional<view_position>{};
    return std::optional{found->second.at};
  }

  result<void>
  reset(const topic_partition& tp, const view_position& start) override {
    std::lock_guard guard{mutex_};
    views_.insert_or_assign(tp, one_view{start, {}});
    return {};
  }

  result<void> apply(const topic_partition& tp, applied_range range,
                     std::span<const view_change> changes) override {
    std::lock_guard guard{mutex_};
    auto found = views_.find(tp);
    if (found == views_.end() || found->second.at.end_offset != range.begin
        || range.end < range.begin)
      return failure(errc::offset_out_of_range,
                     "log view of " + to_string(tp)
                         + ": it does not end at offset "
                         + std::to_string(range.begin));
    auto& [at, values] = found->second;
    at.end_offset = range.end;
    for (auto& x : changes) {
      if (x.value)
        values.insert_or_assign(std::string{x.key}, std::string{*x.value});
      else if (auto known = values.find(x.key); known != values.end())
        values.erase(known);
    }
    return {};
  }

  result<std::optional<std::string>>
  get(const topic_partition& tp, std::string_view key) override {
    std::lock_guard guard{mutex_};
    auto view = views_.find(tp);
    if (view == views_.end())
      return std::optional<std::string>{};
    auto found = view->second.values.find(key);
    if (found == view->second.values.end())
      return std::optional<std::string>{};
    return std::optional{found->second};
  }

  result<void> scan(const topic_partition& tp, std::string_view prefix,
                    const view_visitor& visit) override {
    std::lock_guard guard{mutex_};
    auto view = views_.find(tp);
    if (view == views_.end())
      return {};
    auto& values = view->second.values;
    for (auto at = values.lower_bound(prefix); at != values.end(); ++at)
      if (!at->first.starts_with(prefix) || !visit(at->first, at->second))
        break;
    return {};
  }

  result<void> erase(const topic_partition& tp) override {
    std::lock_guard guard{mutex_};
    views_.erase(tp);
    return {};
  }

  result<void> flush() override { return {}; }

private:
  struct one_view {
    view_position at;
    std::map<std::string, std::string, std::less<>> values;
  };

  // Stands in for the database, which detached actors share.
  std::mutex mutex_;
  std::unordered_map<topic_partition, one_view> views_;
};

} // namespace

std::unique_ptr<log_view> make_memory_log_view() {
  return std::make_unique<memory_log_view>();
}

} // namespace troupe::storage
