// SPDX-License-Identifier: Apache-2.0
#include "simulated_cluster.h"

#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <span>

namespace troupe::simulation {

namespace {

constexpr uint32_t read_bytes = 1 << 20;

/// All bytes of a log below `end`.
std::vector<std::byte>
bytes_of(storage::log& log, storage::offset_t from, storage::offset_t end) {
  std::vector<std::byte> all;
  while (from < end) {
    auto read = log.read(from, read_bytes, end, storage::read_mode::blocking);
    if (!read || read->records.size == 0)
      break;
    std::vector<std::byte> some(read->records.size);
    auto size = read->records.source->read(read->records.position, some);
    if (!size || *size != some.size())
      break;
    for (std::span<const std::byte> left{some}; !left.empty();) {
      auto header = storage::parse_batch_header(left);
      if (!header)
        return all;
      from = header->next_offset();
      left = left.subspan(header->size_bytes());
    }
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

} // namespace

std::vector<std::string>
values_of(storage::log& log, storage::offset_t from, storage::offset_t to) {
  std::vector<std::string> values;
  auto bytes = bytes_of(log, from, to);
  for (std::span<const std::byte> left{bytes}; !left.empty();) {
    auto header = storage::parse_batch_header(left);
    if (!header)
      break;
    auto seen =
        storage::for_each_record(left.first(header->size_bytes()), read_bytes,
                                 [&](const storage::record_view& x) {
                                   // A read begins with the whole batch that
                                   // holds `from`.
                                   if (x.offset >= from && x.offset < to)
                                     values.emplace_back(x.value.value_or(""));
                                   return true;
                                 });
    if (!seen)
      break;
    left = left.subspan(header->size_bytes());
  }
  return values;
}

void simulated_cluster::violation(const std::string& what) {
  violations_.push_back(std::to_string(network_.now_ms()) + " ms: " + what);
}

storage::offset_t
simulated_cluster::metadata_agreed(node_id id, const storage::buffer& bytes,
                                   storage::offset_t end) {
  storage::offset_t next = end;
  for (auto left = bytes.bytes(); !left.empty();) {
    auto header = storage::parse_batch_header(left);
    if (!header || header->base_offset >= end)
      break;
    auto batch = left.first(header->size_bytes());
    auto [known, is_new] = metadata_.try_emplace(
        header->base_offset,
        std::vector<std::byte>{batch.begin(), batch.end()});
    if (!is_new && !std::ranges::equal(known->second, batch))
      violation("node " + std::to_string(id)
                + " agreed on other metadata at offset "
                + std::to_string(header->base_offset));
    next = header->next_offset();
    left = left.subspan(header->size_bytes());
  }
  return next;
}

/// One leader per epoch, and it has every record that was ever readable.
void simulated_cluster::began_to_lead(node_id id,
                                      const storage::topic_partition& name,
                                      actors::partition_core& core) {
  std::pair who{id, machines_.at(id)->life};
  auto [known, is_new] = leaders_.try_emplace({name, core.epoch()}, who);
  if (!is_new && known->second != who)
    violation("two lead " + to_string(name) + " in epoch "
              + std::to_string(core.epoch()));
  const auto& agreed = records_[name];
  auto count = static_cast<storage::offset_t>(agreed.size());
  if (values_of(core.log(), 0, count) != agreed)
    violation("node " + std::to_string(id) + " leads " + to_string(name)
              + " without what was acknowledged");
}

void simulated_cluster::records_agreed(node_id id,
                                       const storage::topic_partition& name,
                                       actors::partition_core& core) {
  auto& agreed = records_[name];
  auto from = static_cast<storage::offset_t>(agreed.size());
  auto mark = core.high_watermark();
  if (mark <= from)
    return;
  auto values = values_of(core.log(), from, mark);
  if (static_cast<storage::offset_t>(values.size()) != mark - from)
    violation("node " + std::to_string(id) + " has a high watermark of "
              + to_string(name) + " beyond its log");
  agreed.insert(agreed.end(), values.begin(), values.end());
}

const std::vector<std::string>&
simulated_cluster::agreed(const storage::topic_partition& name) const {
  static const std::vector<std::string> nothing;
  auto i = records_.find(name);
  return i == records_.end() ? nothing : i->second;
}

void simulated_cluster::compare_replicas() {
  const auto image = image_of(controller());
  for (const auto& [topic, x] : image->topics)
    for (size_t i = 0; i < x->partitions.size(); ++i) {
      storage::topic_partition name{topic, static_cast<int32_t>(i)};
      std::optional<std::vector<std::byte>> first;
      for (auto id : x->partitions[i].replicas) {
        auto& log = partition(id, name)->core().log();
        auto bytes = bytes_of(log, 0, log.end_offset());
        if (first && *first != bytes)
          violation("the replicas of " + to_string(name) + " differ");
        if (values_of(log, 0, log.end_offset()) != agreed(name))
          violation("node " + std::to_string(id) + " has other records of "
                    + to_string(name) + " than were agreed on");
        first = std::move(bytes);
      }
    }
}

} // namespace troupe::simulation
