// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <doctest/doctest.h>

namespace troupe::storage::test {

log_fixture::log_fixture() {
  options.directory = directory;
  options.name = {"orders", 0};
  options.topic_id.bytes.fill(9);
  options.config.segment_bytes = 1000;
  options.config.index_interval_bytes = 0;
  options.config.timestamp_after_max_ms = log_config::unlimited;
  REQUIRE(fs.create_directories("/data"));
}

std::string log_fixture::try_open(bool clean) {
  options.clean_shutdown = clean;
  options.checkpoint = saved;
  options.now = now;
  auto opened = log::open(fs, options);
  if (!opened)
    return to_string(opened.error());
  log_ = std::move(opened->value);
  report = std::move(opened->report);
  return {};
}

void log_fixture::open(bool clean) {
  REQUIRE(try_open(clean) == "");
}

void log_fixture::restart() {
  auto closed = log_->close(log_->end_offset());
  REQUIRE(closed);
  saved = *closed;
  open(true);
}

void log_fixture::kill_and_open() {
  log_.reset();
  open(false);
}

buffer log_fixture::batch(int count, size_t bytes, timestamp_ms timestamp,
                          producer_id_t producer, int32_t sequence) {
  batch_builder builder;
  std::string value(bytes, 'v');
  for (int i = 0; i < count; ++i)
    builder.add(timestamp, std::nullopt, value);
  if (producer >= 0)
    builder.producer(producer, 0, sequence);
  return builder.build();
}

result<append_info>
log_fixture::try_append(const buffer& x, leader_epoch_t epoch) {
  return log_->append(x, {epoch, now, append_origin::client});
}

offset_t log_fixture::append(int count, size_t bytes) {
  auto done = try_append(batch(count, bytes, now));
  REQUIRE(done);
  return done->next_offset;
}

void log_fixture::sync() {
  auto plan = log_->plan_sync();
  for (auto& x : plan.files)
    REQUIRE(x->sync());
  for (auto& x : plan.directories)
    REQUIRE(fs.sync_directory(x));
  log_->synced_up_to(plan.end_offset);
}

std::string log_fixture::path(offset_t base, const std::string& suffix) const {
  auto digits = std::to_string(base);
  return options.directory + "/" + std::string(20 - digits.size(), '0') + digits
         + suffix;
}

std::vector<offset_t> log_fixture::bases(const read_info& x) const {
  std::vector<offset_t> found;
  std::vector<std::byte> bytes(x.records.size);
  if (bytes.empty())
    return found;
  auto size = x.records.source->read(x.records.position, bytes);
  REQUIRE(size);
  REQUIRE(*size == bytes.size());
  std::span<const std::byte> left{bytes};
  while (!left.empty()) {
    auto header = parse_batch_header(left);
    REQUIRE(header);
    REQUIRE(header->size_bytes() <= left.size());
    found.push_back(header->base_offset);
    left = left.subspan(header->size_bytes());
  }
  return found;
}

std::vector<offset_t>
log_fixture::read_bases(offset_t from, uint32_t bytes_max, offset_t limit) {
  auto read = log_->read(from, bytes_max, limit, read_mode::blocking);
  REQUIRE(read);
  return bases(*read);
}

} // namespace troupe::storage::test
