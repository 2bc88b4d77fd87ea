// SPDX-License-Identifier: Apache-2.0
#include "compaction_fixture.h"

#include <doctest/doctest.h>

#include <utility>

namespace troupe::storage::test {

compaction_fixture::compaction_fixture() {
  options.config.cleanup_compact = true;
  options.config.cleanup_delete = false;
  options.config.min_cleanable_dirty_ratio = 0;
  options.config.segment_bytes = 600;
  limits.buffer_bytes = 300;
}

offset_t compaction_fixture::put(
    const std::vector<std::pair<std::string, std::optional<std::string>>>&
        records,
    codec with, producer_id_t producer, int32_t sequence) {
  batch_builder builder{with};
  for (auto& [key, value] : records)
    builder.add(now, key, value);
  if (producer >= 0)
    builder.producer(producer, 0, sequence);
  auto done = try_append(builder.build());
  REQUIRE(done);
  return done->base_offset;
}

void compaction_fixture::close_segment() {
  auto count = log_->segment_count();
  // As good as any: the next batch finds the segment too small.
  auto config = options.config;
  config.segment_bytes = 100;
  log_->reconfigure(config);
  put("closes", std::string(10, '.'));
  log_->reconfigure(options.config);
  REQUIRE(log_->segment_count() == count + 1);
}

compaction_plan compaction_fixture::plan() {
  sync();
  auto x = log_->plan_compaction(now, log_->end_offset());
  REQUIRE(x);
  return *x;
}

std::vector<cleaned_segment>
compaction_fixture::clean(const compaction_plan& x) {
  std::vector<cleaned_segment> all;
  compactor cleaner{fs, x, limits, {}};
  REQUIRE(cleaner.read_dirty());
  for (;;) {
    auto next = cleaner.clean_next();
    REQUIRE(next);
    if (!*next)
      break;
    all.push_back(**next);
  }
  cleaned = cleaner.report();
  return all;
}

int compaction_fixture::compact() {
  auto x = plan();
  auto all = clean(x);
  for (auto& each : all)
    REQUIRE(log_->swap_segments(each));
  log_->finish_compaction(x.generation, cleaned.first_dirty_offset);
  return static_cast<int>(all.size());
}

std::vector<batch_header> compaction_fixture::headers() {
  std::vector<batch_header> all;
  for (auto from = log_->start_offset(); from < log_->end_offset();) {
    auto read = log_->read(from, 1, log_->end_offset(), read_mode::blocking);
    REQUIRE(read);
    std::vector<std::byte> bytes(read->records.size);
    REQUIRE(read->records.source->read(read->records.position, bytes));
    auto header = parse_batch_header(bytes);
    REQUIRE(header);
    REQUIRE(header->size_bytes() == bytes.size());
    REQUIRE(header->next_offset() > from);
    auto area = std::span{bytes}.subspan(batch_header_bytes);
    REQUIRE(batch_crc(*header, area) == header->crc);
    all.push_back(*header);
    from = header->next_offset();
  }
  return all;
}

std::vector<stored_record> compaction_fixture::records() {
  std::vector<stored_record> all;
  for (auto& header : headers()) {
    auto read = log_->read(header.base_offset, 1, log_->end_offset(),
                           read_mode::blocking);
    REQUIRE(read);
    std::vector<std::byte> bytes(read->records.size);
    REQUIRE(read->records.source->read(read->records.position, bytes));
    auto done = for_each_record(bytes, 1 << 20, [&](const record_view& x) {
      std::optional<std::string> value;
      if (x.value)
        value = *x.value;
      all.push_back({x.offset, x.timestamp, std::string{x.key.value_or("")},
                     std::move(value)});
      return true;
    });
    REQUIRE(done);
  }
  return all;
}

std::vector<offset_t> compaction_fixture::offsets_of(const std::string& key) {
  std::vector<offset_t> found;
  for (auto& x : records())
    if (x.key == key)
      found.push_back(x.offset);
  return found;
}

} // namespace troupe::storage::test
