// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tests/cluster/quorum_disk.h>
#include <troupe/cluster/quorum.h>

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::cluster::test {

/// One quorum, node 1 of voters 1, 2 and 3 unless told otherwise, to which a
/// test says what the others say.
class quorum_fixture {
public:
  quorum_fixture() : quorum_fixture({voter(1), voter(2), voter(3)}) {}
  /// The log holds these voters at offset 0, in epoch 1.
  explicit quorum_fixture(std::vector<quorum_voter> voters);

  quorum& core() { return *core_; }
  quorum_disk& disk() { return disk_; }
  int64_t now_ms() const noexcept { return now_ms_; }
  quorum_time now() const noexcept { return {now_ms_, now_ms_}; }

  void start();
  /// Crashes and starts again, at once.
  void restart();
  /// Lets `ms` pass, with a tick at each deadline.
  void pass(int64_t ms);
  /// Until its next deadline, and beyond.
  void pass_deadline() { pass(core().next_deadline_ms() - now_ms_); }
  void hear(node_id from, const quorum_message& x);
  void take();
  const quorum_effects& effects() const noexcept { return effects_; }

  /// Messages of one kind since the last call of `forget`.
  template <class Message>
  std::vector<std::pair<node_id, Message>> said() const {
    std::vector<std::pair<node_id, Message>> found;
    for (const auto& x : effects_.messages)
      if (const auto* y = std::get_if<Message>(&x.message))
        found.emplace_back(x.to, *y);
    return found;
  }
  /// The only message of that kind to `to`.
  template <class Message>
  Message said_to(node_id to) const {
    std::optional<Message> found;
    for (const auto& [receiver, x] : said<Message>())
      if (receiver == to)
        found = x;
    REQUIRE(found);
    return *found;
  }
  void forget() { effects_ = {}; }

  /// Becomes the follower of `leader`, as if told by it.
  void follow(node_id leader, leader_epoch_t epoch);
  /// Answers the fetch in flight with what `leader` of the epoch has.
  void fetched(node_id leader, leader_epoch_t epoch,
               const quorum_batches& batches, offset_t high_watermark);
  /// Waits until it stands, and elects it with the votes of all others.
  void elect();
  /// A fetch of `from` that has everything up to `end_offset`.
  void fetch_from(node_id from, offset_t end_offset, leader_epoch_t last_epoch,
                  uint64_t id = 1);

private:
  quorum_disk disk_{1000};
  std::mt19937_64 random_{7};
  std::optional<quorum> core_;
  quorum_effects effects_;
  int64_t now_ms_ = 1000;
};

} // namespace troupe::cluster::test
