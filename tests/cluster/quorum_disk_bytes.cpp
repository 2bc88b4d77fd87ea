// SPDX-License-Identifier: Apache-2.0
#include <record_bytes.h>
#include <tests/cluster/quorum_disk.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace troupe::cluster::test {

namespace {

constexpr size_t record_bytes_min = 4;
constexpr size_t voter_bytes_min = 10;

struct entry_writer {
  record_writer& to;

  void operator()(const metadata_delta& x) {
    to.u32(static_cast<uint32_t>(x.size()));
    for (const auto& record : x) {
      auto bytes = cluster::encode(record);
      to.text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
  }
  void operator()(const leader_began& x) {
    to.i32(x.epoch);
    to.i32(x.leader);
  }
  void operator()(const voters_replaced& x) {
    to.u32(static_cast<uint32_t>(x.voters.size()));
    for (const auto& voter : x.voters) {
      to.i32(voter.id);
      to.text(voter.host);
      to.u16(voter.port);
    }
  }
};

metadata_delta read_delta(record_reader& from) {
  metadata_delta x;
  auto count = from.count(record_bytes_min);
  for (uint32_t i = 0; i < count && from.ok(); ++i) {
    auto text = from.text();
    auto record = decode_metadata_record(
        std::as_bytes(std::span{text.data(), text.size()}));
    if (record)
      x.push_back(std::move(*record));
    else
      from.fail();
  }
  return x;
}

voters_replaced read_voters(record_reader& from) {
  voters_replaced x;
  auto count = from.count(voter_bytes_min);
  for (uint32_t i = 0; i < count && from.ok(); ++i) {
    auto id = from.i32();
    auto host = from.text();
    x.voters.push_back({id, std::move(host), from.u16()});
  }
  return x;
}

quorum_entry read_entry(record_reader& from) {
  switch (from.u8()) {
  case 0:
    return read_delta(from);
  case 1: {
    auto epoch = from.i32();
    return leader_began{epoch, from.i32()};
  }
  case 2:
    return read_voters(from);
  default:
    from.fail();
    return metadata_delta{};
  }
}

} // namespace

bool quorum_batch::operator==(const quorum_batch& x) const {
  return std::ranges::equal(bytes.bytes(), x.bytes.bytes());
}

std::shared_ptr<const quorum_batch>
make_batch(offset_t base_offset, leader_epoch_t epoch, quorum_entry what) {
  const auto* delta = std::get_if<metadata_delta>(&what);
  auto count = delta ? static_cast<offset_t>(delta->size()) : 1;
  record_writer to;
  to.i64(base_offset);
  to.i32(epoch);
  to.u8(static_cast<uint8_t>(what.index()));
  std::visit(entry_writer{to}, what);
  return std::make_shared<const quorum_batch>(
      quorum_batch{base_offset, base_offset + count, epoch, std::move(what),
                   storage::buffer::copy_of(to.take())});
}

storage::buffer encode(const quorum_batches& batches) {
  std::vector<std::byte> all;
  for (const auto& x : batches)
    all.insert(all.end(), x->bytes.bytes().begin(), x->bytes.bytes().end());
  return storage::buffer::copy_of(all);
}

std::optional<quorum_batches> decode_batches(std::span<const std::byte> bytes) {
  record_reader from{bytes};
  quorum_batches batches;
  while (from.ok() && from.bytes_left() > 0) {
    auto base_offset = from.i64();
    auto epoch = from.i32();
    batches.push_back(make_batch(base_offset, epoch, read_entry(from)));
  }
  if (!from.ok())
    return std::nullopt;
  return batches;
}

} // namespace troupe::cluster::test
