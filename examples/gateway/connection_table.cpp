// SPDX-License-Identifier: Apache-2.0
#include "connection_table.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace gateway {

/// Shared with places, which are given back on the threads of connections.
struct connection_table::place::shared {
  std::mutex guard;
  std::condition_variable changed;
  size_t connections_max = 0;
  uint64_t next_number = 1;
  bool ending = false;
  std::map<uint64_t, std::function<void()>> open;
};

connection_table::place::place(std::shared_ptr<shared> table, uint64_t number)
    : table_(std::move(table)), number_(number) {}

connection_table::place::~place() {
  std::lock_guard lock(table_->guard);
  table_->open.erase(number_);
  table_->changed.notify_all();
}

void connection_table::place::on_end(std::function<void()> end) {
  {
    std::lock_guard lock(table_->guard);
    if (!table_->ending) {
      table_->open[number_] = std::move(end);
      return;
    }
  }
  end();
}

connection_table::connection_table(size_t connections_max)
    : shared_(std::make_shared<place::shared>()) {
  shared_->connections_max = connections_max;
}

std::unique_ptr<connection_table::place> connection_table::admit() {
  std::lock_guard lock(shared_->guard);
  if (shared_->open.size() >= shared_->connections_max)
    return nullptr;
  auto number = shared_->next_number++;
  shared_->open.emplace(number, nullptr);
  return std::unique_ptr<place>(new place(shared_, number));
}

void connection_table::end_all() {
  std::vector<std::function<void()>> ends;
  {
    std::lock_guard lock(shared_->guard);
    shared_->ending = true;
    for (auto& [number, end] : shared_->open)
      if (end)
        ends.push_back(std::exchange(end, nullptr));
  }
  for (auto& end : ends)
    end();
}

bool connection_table::wait_until_empty(std::chrono::milliseconds timeout) {
  std::unique_lock lock(shared_->guard);
  return shared_->changed.wait_for(lock, timeout,
                                   [&] { return shared_->open.empty(); });
}

} // namespace gateway
