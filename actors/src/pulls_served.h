// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/peer_interfaces.h>
#include <troupe/cluster/credit_window.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>
#include <variant>

namespace troupe::actors {

struct pulls_served_limits {
  /// Pulls of the other node that wait for records or for credit.
  size_t pulls_max = 100'000;
  /// What is urgent waits behind one of these, not behind a whole answer.
  uint32_t piece_bytes_max = 256 << 10;
};

/// The answering end of a link: pulls that partitions have not answered, and
/// answers whose bytes wait for credit. An answer waits as a slice of a file,
/// so what waits costs no memory. Knows no CAF.
class pulls_served {
public:
  using message = std::variant<pull_answered, pull_continued>;

  explicit pulls_served(pulls_served_limits limits) : limits_(limits) {}

  /// The other end granted that much to begin with.
  void open(uint64_t credit_bytes);
  void grant(uint64_t bytes) noexcept { credit_.grant(bytes); }

  /// A pull came and goes to its partition; false: there are too many. A
  /// newer one for the same partition takes the place of an older one.
  bool begin(const send_pull& x);
  /// The partition answered, perhaps something that nobody waits for.
  void answer(records_pulled x);
  /// What can be sent now; reads from the page cache. Answers without records
  /// pass those that wait for credit: errors and high watermarks are urgent.
  std::optional<message> next();
  /// Whether answers wait for nothing but credit.
  bool stalled() const noexcept;
  /// The link is gone.
  void clear();

  size_t waiting() const noexcept { return waiting_.size(); }
  uint64_t in_flight_bytes() const noexcept { return credit_.in_flight(); }

private:
  struct pull {
    uint64_t number = 0;
    storage::offset_t fetch_offset = 0;
  };

  struct answer_under_way {
    uint64_t number = 0;
    records_pulled answer;
    uint32_t sent_bytes = 0;
  };

  /// How much of the first answer with records may go now.
  uint32_t piece_bytes() const noexcept;
  std::optional<message> next_piece();
  static message
  first_piece(answer_under_way& x, storage::buffer piece, bool broken);

  pulls_served_limits limits_;
  cluster::credit_window credit_;
  std::unordered_map<storage::topic_partition, pull> waiting_;
  /// With records, one after the other: at most one is in pieces at a time.
  std::deque<answer_under_way> answers_;
  /// Without records.
  std::deque<answer_under_way> bare_;
};

} // namespace troupe::actors
