// SPDX-License-Identifier: Apache-2.0
#include <kafka_fields.h>
#include <troupe/cluster/consumer_group_record_codec.h>
#include <troupe/cluster/group_record_codec.h>

#include <utility>

// Keys                                      Values
//   i16 0 or 1  offset commit                 i16 0  offset i64, metadata,
//     group text, topic text,                        commit timestamp i64
//     partition i32                           i16 1  ..., expire timestamp i64
//                                             i16 2  as 0
//                                             i16 3  offset i64, leader epoch
//                                                    i32, metadata, commit
//                                                    timestamp i64
//   i16 2       group metadata                i16 0  protocol type, generation
//     group text                                     i32, protocol or null,
//                                                    leader or null, members
//                                             i16 1  + rebalance timeout i32
//                                             i16 2  + state timestamp i64
//                                             i16 3  + instance id or null
//   i16 3...    KIP-848 groups              see consumer_group_record_codec.cpp
namespace troupe::cluster {

namespace {

constexpr int16_t old_offset_key = 0;
constexpr int16_t offset_key = 1;
constexpr int16_t group_key = 2;

constexpr int16_t value_version_max = 3;
/// The only version with an expire timestamp, and without a leader epoch.
constexpr int16_t value_with_expiry = 1;
constexpr int16_t value_with_leader_epoch = 3;
constexpr int16_t value_with_rebalance_timeout = 1;
constexpr int16_t value_with_state_timestamp = 2;
constexpr int16_t value_with_instance_id = 3;

struct key_fields {
  int16_t version = -1;
  std::string group;
  storage::topic_partition partition;
};

std::vector<std::byte> offset_value(const offset_commit& x) {
  kafka_field_writer value;
  bool expires = x.expire_timestamp != storage::no_timestamp;
  value.i16(expires ? value_with_expiry : value_with_leader_epoch);
  value.i64(x.offset);
  if (!expires)
    value.i32(x.leader_epoch);
  value.text(x.metadata);
  value.i64(x.commit_timestamp);
  if (expires)
    value.i64(x.expire_timestamp);
  return value.take();
}

std::vector<std::byte> group_value(const group_metadata& x) {
  kafka_field_writer value;
  value.i16(value_version_max);
  value.text(x.protocol_type);
  value.i32(x.generation);
  value.nullable_text(x.protocol);
  value.nullable_text(x.leader);
  value.i64(x.current_state_timestamp);
  value.i32(static_cast<int32_t>(x.members.size()));
  for (const auto& member : x.members) {
    value.text(member.member_id);
    value.nullable_text(member.group_instance_id);
    value.text(member.client_id);
    value.text(member.client_host);
    value.i32(member.rebalance_timeout_ms);
    value.i32(member.session_timeout_ms);
    value.bytes(member.subscription);
    value.bytes(member.assignment);
  }
  return value.take();
}

struct record_encoder {
  group_record_bytes operator()(const offset_commit& x) const {
    return {offset_commit_key(x.group, x.partition), offset_value(x)};
  }
  group_record_bytes operator()(const offset_removal& x) const {
    return {offset_commit_key(x.group, x.partition), {}};
  }
  group_record_bytes operator()(const group_metadata& x) const {
    return {group_metadata_key(x.group), group_value(x)};
  }
  group_record_bytes operator()(const group_removal& x) const {
    return {group_metadata_key(x.group), {}};
  }
  group_record_bytes operator()(const consumer_group_record& x) const {
    return encode(x);
  }
};

tl::unexpected<storage::error> damaged(const char* what) {
  return failure(storage::errc::corrupt_log,
                 std::string{"read the "} + what + " of a group record");
}

tl::unexpected<storage::error>
unknown_version(const char* what, int16_t version) {
  return failure(storage::errc::unsupported_format,
                 std::string{"read a group record whose "} + what
                     + " has version " + std::to_string(version));
}

result<key_fields> read_key(std::span<const std::byte> key) {
  kafka_field_reader reader{key};
  key_fields x;
  x.version = reader.i16();
  if (!reader.ok())
    return damaged("key");
  if (x.version < old_offset_key || x.version > group_key)
    return unknown_version("key", x.version);
  x.group = reader.text();
  if (x.version != group_key) {
    x.partition.topic = reader.text();
    x.partition.partition = reader.i32();
  }
  if (!reader.ok() || reader.bytes_left() > 0)
    return damaged("key");
  return x;
}

result<group_record>
read_offset(key_fields key, std::span<const std::byte> value) {
  kafka_field_reader reader{value};
  auto version = reader.i16();
  if (reader.ok() && (version < 0 || version > value_version_max))
    return unknown_version("value", version);
  offset_commit x;
  x.group = std::move(key.group);
  x.partition = std::move(key.partition);
  x.offset = reader.i64();
  if (version >= value_with_leader_epoch)
    x.leader_epoch = reader.i32();
  x.metadata = reader.text();
  x.commit_timestamp = reader.i64();
  if (version == value_with_expiry)
    x.expire_timestamp = reader.i64();
  if (!reader.ok() || reader.bytes_left() > 0)
    return damaged("value");
  return x;
}

member_metadata read_member(kafka_field_reader& reader, int16_t version) {
  member_metadata x;
  x.member_id = reader.text();
  if (version >= value_with_instance_id)
    x.group_instance_id = reader.nullable_text();
  x.client_id = reader.text();
  x.client_host = reader.text();
  if (version >= value_with_rebalance_timeout)
    x.rebalance_timeout_ms = reader.i32();
  x.session_timeout_ms = reader.i32();
  x.subscription = reader.bytes();
  x.assignment = reader.bytes();
  return x;
}

result<group_record>
read_group(key_fields key, std::span<const std::byte> value) {
  // Three strings, one number and two byte arrays, all empty.
  constexpr size_t member_bytes_min = 18;
  kafka_field_reader reader{value};
  auto version = reader.i16();
  if (reader.ok() && (version < 0 || version > value_version_max))
    return unknown_version("value", version);
  group_metadata x;
  x.group = std::move(key.group);
  x.protocol_type = reader.text();
  x.generation = reader.i32();
  x.protocol = reader.nullable_text();
  x.leader = reader.nullable_text();
  if (version >= value_with_state_timestamp)
    x.current_state_timestamp = reader.i64();
  for (auto left = reader.count(member_bytes_min); left > 0 && reader.ok();
       --left)
    x.members.push_back(read_member(reader, version));
  if (!reader.ok() || reader.bytes_left() > 0)
    return damaged("value");
  return x;
}

} // namespace

group_record_bytes encode(const group_record& x) {
  return std::visit(record_encoder{}, x);
}

std::vector<std::byte>
offset_commit_key(std::string_view group, const storage::topic_partition& tp) {
  kafka_field_writer key;
  key.i16(offset_key);
  key.text(group);
  key.text(tp.topic);
  key.i32(tp.partition);
  return key.take();
}

std::vector<std::byte> offset_commit_key_prefix(std::string_view group) {
  kafka_field_writer key;
  key.i16(offset_key);
  key.text(group);
  return key.take();
}

std::vector<std::byte> group_metadata_key(std::string_view group) {
  kafka_field_writer key;
  key.i16(group_key);
  key.text(group);
  return key.take();
}

std::vector<std::vector<std::byte>> group_key_prefixes() {
  std::vector<std::vector<std::byte>> prefixes;
  auto add = [&](int16_t version) {
    kafka_field_writer key;
    key.i16(version);
    prefixes.push_back(key.take());
  };
  add(group_key);
  for (auto kind :
       {consumer_record_kind::group_epoch,
        consumer_record_kind::member_metadata,
        consumer_record_kind::target_epoch, consumer_record_kind::member_target,
        consumer_record_kind::member_current})
    add(static_cast<int16_t>(kind));
  return prefixes;
}

result<int16_t> group_key_version(std::span<const std::byte> key) {
  kafka_field_reader reader{key};
  auto version = reader.i16();
  if (!reader.ok())
    return damaged("key");
  return version;
}

result<group_record>
decode_group_record(std::span<const std::byte> key,
                    std::optional<std::span<const std::byte>> value) {
  if (auto version = group_key_version(key); version && *version > group_key)
    return decode_consumer_group_record(key, value);
  auto fields = read_key(key);
  if (!fields)
    return failure(std::move(fields).error());
  if (fields->version == group_key) {
    if (!value)
      return group_removal{std::move(fields->group)};
    return read_group(*std::move(fields), *value);
  }
  if (!value)
    return offset_removal{std::move(fields->group),
                          std::move(fields->partition)};
  return read_offset(*std::move(fields), *value);
}

} // namespace troupe::cluster
