// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/kind_config.h>
#include <troupe/cluster/kind_headers.h>
#include <troupe/cluster/mover_marks.h>
#include <troupe/cluster/queue_step.h>
#include <troupe/storage/record_batch.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// What a kind must know of the consumers of its topic.
enum class consumer_news : uint8_t {
  nothing,
  /// How far they have fetched.
  fetched,
  /// How far they have committed.
  committed,
};

/// What the consumers of topics of that kind are watched for.
consumer_news watched_by(cluster::topic_kind x) noexcept;

/// The state machines of all kinds behind one face: what a mover tells them and
/// asks them. It is told, in this order, of the acknowledgements up to their
/// end, of the topic's tail (`found`, `scanned`), then of the inbox. Thrown
/// away when anything fails. Owned by one mover.
class mover_core {
public:
  virtual ~mover_core() = default;

  /// A record of the acknowledgements. Of kinds without any: ignored.
  virtual void
  acknowledged(const storage::record_view& record, storage::timestamp_ms now);
  /// All of them below `end` were told.
  virtual void acknowledgements_read_to(storage::offset_t end);

  /// A delivery in the topic's tail, in the order of the topic.
  virtual void
  found(const cluster::delivery_id& id, storage::offset_t topic_offset) = 0;
  /// The tail ends here.
  virtual void
  scanned(storage::offset_t topic_end, storage::timestamp_ms now) = 0;

  /// Whether there is room for more of the inbox.
  virtual bool wants_more() const = 0;
  /// The next offset of the inbox to be told of.
  virtual storage::offset_t read_end() const = 0;
  /// The next record of the inbox.
  virtual void take(const storage::record_view& record) = 0;
  /// The inbox holds nothing for it below `end`.
  virtual void skip_to(storage::offset_t end) = 0;
  /// What is wrong with that record's headers: static text, empty when nothing.
  virtual std::string_view fault_of(const storage::record_view& record) const;

  /// Consumers have fetched, or committed, all of the topic below.
  virtual void
  consumed(storage::offset_t topic_offset, storage::timestamp_ms now);
  /// Whether that may bring it on.
  virtual bool awaits_consumers() const;

  /// What to do next with records of the inbox, at most `count_max`; the
  /// deliveries among them are one batch. Nothing while one is under way.
  virtual std::vector<cluster::queue_step>
  decide(storage::timestamp_ms now, size_t count_max) = 0;
  /// The deliveries are in the topic, from `base` on, for good.
  virtual void appended(storage::offset_t base, storage::timestamp_ms now) = 0;
  /// When `decide` has something without being told anything; none: never.
  virtual std::optional<storage::timestamp_ms> next_wake() const;
  /// No record waits for anything.
  virtual bool idle() const = 0;
  /// Where to begin again after a restart.
  virtual cluster::mover_position position() = 0;
};

/// The one for partition `partition` of a topic with that configuration, which
/// is not a log: goes on from `from`; `inbox_end` is that of now.
std::unique_ptr<mover_core> make_mover_core(const cluster::kind_config& config,
                                            int32_t partition,
                                            const cluster::mover_position& from,
                                            storage::offset_t inbox_end);

} // namespace troupe::actors
