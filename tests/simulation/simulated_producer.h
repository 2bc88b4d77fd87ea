// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simulated_cluster.h"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::simulation {

/// An idempotent producer with acks=all and one batch in flight, which asks
/// some node who leads and tries until it is told that the records are safe.
class simulated_producer {
public:
  simulated_producer(simulated_cluster& world, storage::topic_partition name,
                     storage::producer_id_t id);

  void start() { send(); }
  /// After the batch that is under way.
  void stop() { stopped_ = true; }
  bool idle() const noexcept { return stopped_ && !waiting_; }
  /// Why the last attempt was refused.
  const std::string& refusal() const noexcept { return refusal_; }
  const std::vector<std::string>& acknowledged() const noexcept {
    return acknowledged_;
  }
  /// Acknowledged records are there, once and in order; of the others there may
  /// be the last batch.
  void check(const std::vector<std::string>& agreed);

private:
  void next_batch();
  void send();
  simulated_partition::appended
  reply_to(node_id from, uint64_t attempt, int32_t sequence);
  void again(int64_t delay_ms);
  void finished(uint64_t attempt, const actors::append_finished& x);

  simulated_cluster& world_;
  storage::topic_partition name_;
  storage::producer_id_t id_;
  node_id address_;
  int32_t sequence_ = 0;
  std::vector<std::string> batch_;
  std::vector<std::string> acknowledged_;
  uint64_t attempt_ = 0;
  std::string refusal_;
  bool waiting_ = false;
  bool stopped_ = false;
};

} // namespace troupe::simulation
