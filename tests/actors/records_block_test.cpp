// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/records_block.h>

#include <doctest/doctest.h>

#include <vector>

using namespace troupe;

namespace {

using offsets = std::vector<storage::offset_t>;

storage::buffer
batch(storage::offset_t base, int count, int16_t attributes = 0) {
  storage::batch_builder builder;
  builder.base_offset(base).attributes(attributes);
  for (int i = 0; i < count; ++i)
    builder.add(1, "k", "v");
  return builder.build();
}

records_block
block_of(const std::vector<storage::buffer>& batches, storage::offset_t begin) {
  std::vector<std::byte> bytes;
  for (const auto& x : batches)
    bytes.insert(bytes.end(), x.bytes().begin(), x.bytes().end());
  records_block block;
  block.batches = storage::buffer::copy_of(bytes);
  block.begin_offset = begin;
  return block;
}

offsets visited(const records_block& x, size_t most = 100) {
  offsets all;
  auto done = x.for_each([&](const storage::record_view& record) {
    all.push_back(record.offset);
    return all.size() < most;
  });
  REQUIRE(done);
  return all;
}

} // namespace

TEST_CASE("records_block: records before the beginning are left out") {
  auto block = block_of({batch(10, 3), batch(13, 2)}, 11);
  CHECK(visited(block) == offsets{11, 12, 13, 14});
  CHECK(visited(block, 3) == offsets{11, 12, 13});
  CHECK(visited(block, 1) == offsets{11});
}

TEST_CASE("records_block: markers of transactions are no records") {
  constexpr int16_t control = 0x20;
  auto block = block_of({batch(0, 1), batch(1, 1, control), batch(2, 1)}, 0);
  CHECK(visited(block) == offsets{0, 2});
}

TEST_CASE("records_block: damaged bytes are an error, at every length") {
  auto whole = block_of({batch(0, 2)}, 0);
  auto none = [](const storage::record_view&) { return true; };
  for (size_t size = 1; size < whole.batches.size(); ++size) {
    auto cut = whole;
    cut.batches = whole.batches.slice(0, size);
    CHECK_FALSE(cut.for_each(none));
  }
  CHECK(whole.for_each(none));
}
