// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/peer_interfaces.h>

#include <caf/actor_addr.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe::actors {

struct pulls_sent_limits {
  /// One per partition that is followed over the link.
  size_t pulls_max = 100'000;
  /// What the other end may send and we have not written yet.
  uint64_t credit_bytes = 8 << 20;
  /// A single batch may be longer than what was asked for, but not than this.
  uint32_t answer_bytes_max = 128 << 20;
  /// On top of the time that a leader may keep a pull.
  std::chrono::milliseconds answer_timeout{5000};
};

/// An answer that is ready for the follower that asked.
struct pull_delivery {
  replica_client_actor client;
  batches_pulled answer;
};

/// The asking end of a link: which follower waits for what, answers that come
/// in pieces, and the credit that the other end is owed. Knows no CAF but the
/// handles of followers.
class pulls_sent {
public:
  using time = std::chrono::microseconds;

  explicit pulls_sent(pulls_sent_limits limits) : limits_(limits) {}

  /// A follower asks, which says that it wrote what it got last. What is to
  /// be sent, or nothing when there are too many.
  std::optional<send_pull>
  begin(pull_batches pull, replica_client_actor client, time now);
  /// A piece came. The answer, when that was the last one.
  std::optional<pull_delivery> take(pull_answered x);
  std::optional<pull_delivery> take(pull_continued x);
  /// Nobody waits for that partition any more. Its follower, or null.
  replica_client_actor forget(const storage::topic_partition& name);
  /// That follower has ended.
  void forget(const caf::actor_addr& client);
  /// Answers in the leader's place for everything that is overdue.
  std::vector<pull_delivery> expire(time now);
  /// The link is gone: answers everything, and nothing is owed any more.
  std::vector<pull_delivery> fail(const problem& why);

  /// Bytes to grant now, if they are worth a message.
  std::optional<uint64_t> due_credit();
  /// Bytes to grant, however few.
  std::optional<uint64_t> all_credit();

  /// Whether the client is known as that partition's follower.
  bool follows(const storage::topic_partition& name,
               const replica_client_actor& client) const;
  size_t under_way() const noexcept { return pulls_.size(); }

private:
  struct pull_under_way {
    pull_batches pull;
    replica_client_actor client;
    time deadline{0};
    pull_outcome outcome;
    /// Pieces so far, when there is more than one.
    std::shared_ptr<std::byte[]> pieces;
    uint32_t bytes = 0;
    uint32_t bytes_in_all = 0;
  };

  /// One partition's follower.
  struct follower {
    replica_client_actor client;
    /// 0: none is under way.
    uint64_t number = 0;
    /// Delivered to it and, as far as we know, not written yet.
    uint64_t unwritten_bytes = 0;
  };

  using pull_map = std::unordered_map<uint64_t, pull_under_way>;

  std::optional<pull_delivery>
  add_piece(pull_map::iterator at, const storage::buffer& piece);
  pull_delivery finish(pull_map::iterator at, storage::buffer batches);
  pull_delivery refuse(pull_map::iterator at, problem why);

  pulls_sent_limits limits_;
  uint64_t last_number_ = 0;
  uint64_t owed_bytes_ = 0;
  pull_map pulls_;
  std::unordered_map<storage::topic_partition, follower> followers_;
};

} // namespace troupe::actors
