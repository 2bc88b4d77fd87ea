// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/inspect.h>
#include <troupe/actors/messages/replication.h>
#include <troupe/storage/buffer.h>

#include <caf/meta/type_name.hpp>

#include <cstdint>

#pragma GCC visibility push(default)

/// Messages between the two ends of a link. They cross nodes: a struct here is
/// never edited, renamed or moved; a newer version gets a successor, and
/// `cluster::peer_version_max` rises.
namespace troupe::actors {

/// Are you there? At most one under way in each direction; peer_pong follows.
struct peer_ping {
  uint64_t number = 0;
};

/// I am; with the number of the peer_ping.
struct peer_pong {
  uint64_t number = 0;
};

/// A follower asks the leader of a partition for batches; exactly one
/// pull_answered follows. At most one is under way per partition and link.
struct send_pull {
  /// Chosen by the asking link; comes back with all that answers.
  uint64_t number = 0;
  pull_batches pull;
};

/// The answer. Only the part of the batches that `piece` holds costs credit.
struct pull_answered {
  uint64_t number = 0;
  pull_outcome outcome;
  /// Size of all pieces together; what is not in this one follows in
  /// pull_continued.
  uint32_t batches_bytes = 0;
  storage::buffer piece;
};

/// Long answers come in pieces, so that what is urgent does not queue behind.
struct pull_continued {
  uint64_t number = 0;
  storage::buffer piece;
  /// No more will come, although bytes are missing: the leader could not read
  /// them.
  bool broken = false;
};

/// The receiver of pieces has done away with that many bytes of them: so many
/// more may be sent.
struct grant_credit {
  uint64_t bytes = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_ping& x) {
  return f(caf::meta::type_name("peer_ping"), x.number);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_pong& x) {
  return f(caf::meta::type_name("peer_pong"), x.number);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pull_batches& x) {
  return f(caf::meta::type_name("pull_batches"), x.name, x.topic_id, x.replica,
           x.leader_epoch, x.fetch_offset, x.last_epoch, x.bytes_max,
           x.wait_ms_max);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, diverging_epoch& x) {
  return f(caf::meta::type_name("diverging_epoch"), x.epoch, x.end_offset);
}

caf::error inspect(caf::serializer& f, pull_outcome& x);
caf::error inspect(caf::deserializer& f, pull_outcome& x);

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, send_pull& x) {
  return f(caf::meta::type_name("send_pull"), x.number, x.pull);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pull_answered& x) {
  return f(caf::meta::type_name("pull_answered"), x.number, x.outcome,
           x.batches_bytes, x.piece);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pull_continued& x) {
  return f(caf::meta::type_name("pull_continued"), x.number, x.piece, x.broken);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, grant_credit& x) {
  return f(caf::meta::type_name("grant_credit"), x.bytes);
}

} // namespace troupe::actors

#pragma GCC visibility pop
