// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace gateway {

/// The open connections: how many there may be, and the way to end all of them.
/// Thread safe.
class connection_table {
public:
  /// A place in the table, until it is destroyed; may outlive the table.
  class place {
  public:
    ~place();
    place(const place&) = delete;
    place& operator=(const place&) = delete;

    /// What ends the connection; it must not wait. Called at most once, at once
    /// when everything ends already. A later one takes the place of the first.
    void on_end(std::function<void()> end);

  private:
    friend class connection_table;
    struct shared;
    place(std::shared_ptr<shared> table, uint64_t number);
    std::shared_ptr<shared> table_;
    uint64_t number_;
  };

  explicit connection_table(size_t connections_max);

  /// Null when there are too many.
  std::unique_ptr<place> admit();

  /// Ends what is there and what will be admitted.
  void end_all();

  /// Whether all places were given back in time.
  bool wait_until_empty(std::chrono::milliseconds timeout);

private:
  std::shared_ptr<place::shared> shared_;
};

} // namespace gateway
