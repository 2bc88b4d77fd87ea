// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/messages/quorum_wire.h>

#include <caf/sec.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

// Not in an unnamed namespace: CAF finds them by the namespaces of their
// arguments, which that would hide.
namespace troupe::cluster {

template <class Inspector>
static caf::error inspect(Inspector& f, snapshot_id& x) {
  return f(x.end_offset, x.epoch);
}

template <class Inspector>
static caf::error inspect(Inspector& f, vote_request& x) {
  return f(x.cluster_id, x.kind, x.epoch, x.candidate, x.last_epoch,
           x.end_offset);
}

template <class Inspector>
static caf::error inspect(Inspector& f, vote_answer& x) {
  return f(x.kind, x.epoch, x.leader, x.granted);
}

template <class Inspector>
static caf::error inspect(Inspector& f, epoch_begun& x) {
  return f(x.epoch, x.leader);
}

template <class Inspector>
static caf::error inspect(Inspector& f, epoch_ended& x) {
  return f(x.epoch, x.leader, x.successors);
}

template <class Inspector>
static caf::error inspect(Inspector& f, epoch_outdated& x) {
  return f(x.epoch, x.leader);
}

template <class Inspector>
static caf::error inspect(Inspector& f, quorum_fetch& x) {
  return f(x.fetch_id, x.epoch, x.replica, x.fetch_offset, x.last_fetched_epoch,
           x.high_watermark);
}

template <class Inspector>
static caf::error inspect(Inspector&, fetch_refused&) {
  return {};
}

template <class Inspector>
static caf::error inspect(Inspector& f, fetched_batches& x) {
  return f(x.batches);
}

template <class Inspector>
static caf::error inspect(Inspector& f, log_diverged& x) {
  return f(x.epoch, x.end_offset);
}

template <class Inspector>
static caf::error inspect(Inspector& f, snapshot_needed& x) {
  return f(x.snapshot);
}

template <class Inspector>
static caf::error inspect(Inspector& f, snapshot_chunk& x) {
  return f(x.size_bytes, x.bytes);
}

template <class Inspector>
static caf::error inspect(Inspector&, snapshot_gone&) {
  return {};
}

template <class Inspector>
static caf::error inspect(Inspector& f, snapshot_fetch& x) {
  return f(x.fetch_id, x.epoch, x.replica, x.snapshot, x.position);
}

/// Alternative `Index` or a later one, default made and then read.
template <size_t Index = 0, class... Ts>
static caf::error
read_kind(caf::deserializer& f, uint8_t kind, std::variant<Ts...>& x) {
  if constexpr (Index == sizeof...(Ts)) {
    return caf::make_error(caf::sec::unknown_type);
  } else {
    if (kind != Index)
      return read_kind<Index + 1>(f, kind, x);
    return f(x.template emplace<Index>());
  }
}

template <class... Ts>
static caf::error write_variant(caf::serializer& f, std::variant<Ts...>& x) {
  auto kind = static_cast<uint8_t>(x.index());
  if (auto failed = f(kind))
    return failed;
  return std::visit([&f](auto& y) { return f(y); }, x);
}

template <class... Ts>
static caf::error read_variant(caf::deserializer& f, std::variant<Ts...>& x) {
  uint8_t kind = 0;
  if (auto failed = f(kind))
    return failed;
  return read_kind(f, kind, x);
}

static caf::error inspect(caf::serializer& f, quorum_fetched& x) {
  if (auto failed = f(x.fetch_id, x.epoch, x.leader, x.high_watermark))
    return failed;
  return write_variant(f, x.what);
}

static caf::error inspect(caf::deserializer& f, quorum_fetched& x) {
  if (auto failed = f(x.fetch_id, x.epoch, x.leader, x.high_watermark))
    return failed;
  return read_variant(f, x.what);
}

static caf::error inspect(caf::serializer& f, snapshot_fetched& x) {
  if (auto failed = f(x.fetch_id, x.epoch, x.leader))
    return failed;
  return write_variant(f, x.what);
}

static caf::error inspect(caf::deserializer& f, snapshot_fetched& x) {
  if (auto failed = f(x.fetch_id, x.epoch, x.leader))
    return failed;
  return read_variant(f, x.what);
}

static caf::error write_message(caf::serializer& f, quorum_message& x) {
  return write_variant(f, x);
}

static caf::error read_message(caf::deserializer& f, quorum_message& x) {
  return read_variant(f, x);
}

} // namespace troupe::cluster

namespace troupe::actors {

caf::error inspect(caf::serializer& f, quorum_letter& x) {
  if (auto failed = f(x.from))
    return failed;
  return cluster::write_message(f, x.message);
}

caf::error inspect(caf::deserializer& f, quorum_letter& x) {
  if (auto failed = f(x.from))
    return failed;
  return cluster::read_message(f, x.message);
}

} // namespace troupe::actors
