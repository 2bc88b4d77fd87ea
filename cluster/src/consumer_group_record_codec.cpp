// SPDX-License-Identifier: Apache-2.0
// Kafka's records of KIP-848 groups. A key is `type i16, group string`, and for
// the records of members `member_id string`, with 16-bit lengths; the types
// are the numbers of consumer_record_kind. A value is `version i16 = 0` and
// then, in the flexible encoding (KIP-482):
//
//   3 group epoch      epoch i32; tag 0: metadata_hash i64
//   5 member metadata  instance_id text?, rack_id text?, client_id text,
//                      client_host text, subscribed_topic_names [text],
//                      subscribed_topic_regex text?, rebalance_timeout_ms i32,
//                      server_assignor text?; tag 0: classic
//   6 target epoch     epoch i32
//   7 member target    partitions
//   8 member current   epoch i32, previous_epoch i32, state i8,
//                      assigned partitions, pending_revocation partitions
//
//   partitions         [topic_id uuid, [partition i32]]
//   classic            see classic_member_field.cpp
//
// Tagged fields that we do not know are skipped: Kafka adds to these records.
#include <classic_member_field.h>
#include <flexible_bytes.h>
#include <troupe/cluster/consumer_group_record_codec.h>

#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr int16_t value_version = 0;
constexpr uint32_t metadata_hash_tag = 0;
constexpr uint32_t classic_tag = 0;
/// An id, a count and the tags.
constexpr size_t topic_bytes_min = 18;

using kind = consumer_record_kind;

bool belongs_to_member(kind x) noexcept {
  return x != kind::group_epoch && x != kind::target_epoch;
}

void write_partitions(flexible_writer& to, const partition_assignment& x) {
  to.count(x.size());
  for (const auto& [topic, partitions] : x) {
    to.id(topic);
    to.count(partitions.size());
    for (auto partition : partitions)
      to.i32(partition);
    to.no_tags();
  }
}

partition_assignment read_partitions(flexible_reader& from) {
  partition_assignment x;
  for (auto left = from.count(topic_bytes_min); left > 0 && from.ok(); --left) {
    auto& partitions = x[from.id()];
    auto count = from.count(sizeof(int32_t));
    partitions.reserve(partitions.size() + count);
    for (; count > 0; --count)
      partitions.push_back(from.i32());
    from.skip_tags();
  }
  normalise(x);
  return x;
}

struct value_writer {
  flexible_writer& to;

  void operator()(const consumer_group_epoch& x) {
    to.i32(x.epoch);
    if (x.metadata_hash == 0)
      return to.no_tags();
    flexible_writer field;
    field.i64(x.metadata_hash);
    to.varint(1);
    to.tagged(metadata_hash_tag, field.take());
  }
  void operator()(const consumer_member_metadata& x) {
    to.text(x.instance_id);
    to.text(x.rack_id);
    to.text(std::string_view{x.client_id});
    to.text(std::string_view{x.client_host});
    to.count(x.subscribed_topic_names.size());
    for (const auto& name : x.subscribed_topic_names)
      to.text(std::string_view{name});
    to.text(x.subscribed_topic_regex);
    to.i32(x.rebalance_timeout_ms);
    to.text(x.server_assignor);
    if (!x.classic)
      return to.no_tags();
    to.varint(1);
    to.tagged(classic_tag, encode_classic_member(*x.classic));
  }
  void operator()(const consumer_target_epoch& x) {
    to.i32(x.epoch);
    to.no_tags();
  }
  void operator()(const consumer_member_target& x) {
    write_partitions(to, x.partitions);
    to.no_tags();
  }
  void operator()(const consumer_member_current& x) {
    to.i32(x.epoch);
    to.i32(x.previous_epoch);
    to.i8(static_cast<int8_t>(x.state));
    write_partitions(to, x.assigned);
    write_partitions(to, x.pending_revocation);
    to.no_tags();
  }
  void operator()(const consumer_record_removal&) {}
};

/// The key of a record, which is also its tombstone.
struct key_of {
  consumer_record_removal operator()(const consumer_group_epoch& x) const {
    return {kind::group_epoch, x.group, {}};
  }
  consumer_record_removal operator()(const consumer_member_metadata& x) const {
    return {kind::member_metadata, x.group, x.member_id};
  }
  consumer_record_removal operator()(const consumer_target_epoch& x) const {
    return {kind::target_epoch, x.group, {}};
  }
  consumer_record_removal operator()(const consumer_member_target& x) const {
    return {kind::member_target, x.group, x.member_id};
  }
  consumer_record_removal operator()(const consumer_member_current& x) const {
    return {kind::member_current, x.group, x.member_id};
  }
  consumer_record_removal operator()(const consumer_record_removal& x) const {
    return x;
  }
};

consumer_group_epoch
read_group_epoch(consumer_record_removal key, flexible_reader& from) {
  consumer_group_epoch x;
  x.group = std::move(key.group);
  x.epoch = from.i32();
  for (auto left = from.varint(); left > 0 && from.ok(); --left) {
    auto [tag, bytes] = from.tagged_field();
    if (tag != metadata_hash_tag)
      continue;
    flexible_reader field{bytes};
    x.metadata_hash = field.i64();
    if (!field.ok())
      from.fail();
  }
  return x;
}

consumer_member_metadata
read_member_metadata(consumer_record_removal key, flexible_reader& from) {
  consumer_member_metadata x;
  x.group = std::move(key.group);
  x.member_id = std::move(key.member_id);
  x.instance_id = from.nullable_text();
  x.rack_id = from.nullable_text();
  x.client_id = from.text();
  x.client_host = from.text();
  auto count = from.count(1);
  x.subscribed_topic_names.reserve(count);
  for (; count > 0 && from.ok(); --count)
    x.subscribed_topic_names.push_back(from.text());
  x.subscribed_topic_regex = from.nullable_text();
  x.rebalance_timeout_ms = from.i32();
  x.server_assignor = from.nullable_text();
  for (auto left = from.varint(); left > 0 && from.ok(); --left) {
    auto [tag, bytes] = from.tagged_field();
    if (tag != classic_tag)
      continue;
    if (!read_classic_member(bytes, x.classic))
      from.fail();
  }
  return x;
}

consumer_member_current
read_member_current(consumer_record_removal key, flexible_reader& from) {
  consumer_member_current x;
  x.group = std::move(key.group);
  x.member_id = std::move(key.member_id);
  x.epoch = from.i32();
  x.previous_epoch = from.i32();
  auto state = from.i8();
  if (state < 0 || state > 2)
    from.fail();
  x.state = static_cast<member_state>(state);
  x.assigned = read_partitions(from);
  x.pending_revocation = read_partitions(from);
  from.skip_tags();
  return x;
}

consumer_group_record
read_value(consumer_record_removal key, flexible_reader& from) {
  switch (key.kind) {
  case kind::group_epoch:
    return read_group_epoch(std::move(key), from);
  case kind::member_metadata:
    return read_member_metadata(std::move(key), from);
  case kind::target_epoch: {
    consumer_target_epoch x{std::move(key.group), from.i32()};
    from.skip_tags();
    return x;
  }
  case kind::member_target: {
    consumer_member_target x{std::move(key.group), std::move(key.member_id),
                             read_partitions(from)};
    from.skip_tags();
    return x;
  }
  case kind::member_current:
    return read_member_current(std::move(key), from);
  }
  from.fail();
  return key;
}

result<consumer_record_removal> read_key(std::span<const std::byte> bytes) {
  flexible_reader from{bytes};
  consumer_record_removal key;
  auto type = from.i16();
  if (from.ok() && (type < 3 || type > 8 || type == 4))
    return failure(storage::errc::unsupported_format,
                   "cannot read consumer group record of unknown type "
                       + std::to_string(type));
  key.kind = static_cast<kind>(type);
  key.group = from.key_text();
  if (belongs_to_member(key.kind))
    key.member_id = from.key_text();
  if (!from.ok() || from.bytes_left() != 0)
    return failure(storage::errc::corrupt_log,
                   "cannot read consumer group record: its key is damaged");
  return key;
}

} // namespace

const std::string& group_of(const consumer_group_record& x) {
  return std::visit(
      [](const auto& record) -> const std::string& { return record.group; }, x);
}

group_record_bytes encode(const consumer_group_record& x) {
  auto key = std::visit(key_of{}, x);
  flexible_writer to;
  to.i16(static_cast<int16_t>(key.kind));
  to.key_text(key.group);
  if (belongs_to_member(key.kind))
    to.key_text(key.member_id);
  group_record_bytes bytes{to.take(), std::nullopt};
  if (std::holds_alternative<consumer_record_removal>(x))
    return bytes;
  flexible_writer value;
  value.i16(value_version);
  std::visit(value_writer{value}, x);
  bytes.value = value.take();
  return bytes;
}

result<consumer_group_record>
decode_consumer_group_record(std::span<const std::byte> key,
                             std::optional<std::span<const std::byte>> value) {
  auto which = read_key(key);
  if (!which)
    return failure(std::move(which.error()));
  if (!value)
    return std::move(*which);
  flexible_reader from{*value};
  auto version = from.i16();
  if (from.ok() && version != value_version)
    return failure(storage::errc::unsupported_format,
                   "cannot read consumer group record of unknown version "
                       + std::to_string(version));
  auto type = static_cast<int16_t>(which->kind);
  auto record = read_value(std::move(*which), from);
  if (!from.ok() || from.bytes_left() != 0)
    return failure(storage::errc::corrupt_log,
                   "cannot read consumer group record of type "
                       + std::to_string(type) + ": its fields are damaged");
  return record;
}

} // namespace troupe::cluster
