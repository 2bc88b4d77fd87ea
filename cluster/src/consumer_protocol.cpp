// SPDX-License-Identifier: Apache-2.0
#include <consumer_protocol.h>
#include <kafka_fields.h>

#include <algorithm>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr int16_t with_owned_partitions = 1;
constexpr int16_t with_generation = 2;
constexpr int16_t with_rack_id = 3;
constexpr int16_t version_max = 3;
/// A name and a count.
constexpr size_t topic_bytes_min = 6;

partition_assignment
read_partitions(kafka_field_reader& reader, const group_topics& topics) {
  partition_assignment x;
  for (auto left = reader.count(topic_bytes_min); left > 0 && reader.ok();
       --left) {
    const auto* topic = topics.find(reader.text());
    std::vector<int32_t> partitions(reader.count(sizeof(int32_t)));
    for (auto& partition : partitions)
      partition = reader.i32();
    if (topic == nullptr)
      continue;
    auto& known = x[topic->id];
    std::ranges::copy_if(
        partitions, std::back_inserter(known), [topic](int32_t partition) {
          return partition >= 0 && partition < topic->partition_count;
        });
  }
  normalise(x);
  return x;
}

} // namespace

std::optional<consumer_subscription>
parse_subscription(std::span<const std::byte> bytes,
                   const group_topics& topics) {
  kafka_field_reader reader{bytes};
  consumer_subscription x;
  x.version = reader.i16();
  if (x.version < 0)
    return {};
  for (auto left = reader.count(sizeof(int16_t)); left > 0 && reader.ok();
       --left)
    x.topics.push_back(reader.text());
  reader.nullable_bytes();
  if (x.version >= with_owned_partitions)
    x.owned = read_partitions(reader, topics);
  if (x.version >= with_generation)
    reader.i32();
  if (x.version >= with_rack_id)
    x.rack_id = reader.nullable_text();
  return reader.ok() ? std::optional{std::move(x)} : std::nullopt;
}

std::optional<consumer_assignment>
parse_assignment(std::span<const std::byte> bytes, const group_topics& topics) {
  kafka_field_reader reader{bytes};
  consumer_assignment x;
  if (reader.i16() < 0)
    return {};
  x.partitions = read_partitions(reader, topics);
  auto user_data = reader.nullable_bytes();
  x.has_user_data = user_data && !user_data->empty();
  return reader.ok() ? std::optional{std::move(x)} : std::nullopt;
}

opaque_bytes encode_assignment(int16_t version, const partition_assignment& x,
                               const group_topics& topics) {
  std::vector<std::pair<const group_topic*, const std::vector<int32_t>*>> known;
  for (const auto& [id, partitions] : x)
    if (const auto* topic = topics.find(id))
      known.emplace_back(topic, &partitions);
  kafka_field_writer to;
  to.i16(std::clamp<int16_t>(version, 0, version_max));
  to.i32(static_cast<int32_t>(known.size()));
  for (const auto& [topic, partitions] : known) {
    to.text(topic->name);
    to.i32(static_cast<int32_t>(partitions->size()));
    for (auto partition : *partitions)
      to.i32(partition);
  }
  to.bytes({});
  return to.take();
}

} // namespace troupe::cluster
