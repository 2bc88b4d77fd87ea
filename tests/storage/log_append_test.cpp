// SPDX-License-Identifier: Apache-2.0
#include "log_fixture.h"

#include <troupe/storage/batch_rewrite.h>

#include <doctest/doctest.h>

#include <cerrno>

namespace troupe::storage::test {

namespace {

batch_header header_at(const std::vector<std::byte>& bytes, size_t position) {
  auto header = parse_batch_header(std::span{bytes}.subspan(position));
  REQUIRE(header);
  return *header;
}

uint32_t crc_at(const std::vector<std::byte>& bytes, size_t position) {
  auto header = header_at(bytes, position);
  return crc32c(
      std::span{bytes}.subspan(position + 21, header.size_bytes() - 21));
}

} // namespace

TEST_CASE("log: append stamps offset and epoch and nothing else") {
  log_fixture x;
  x.open();
  x.append(3);
  auto sent = log_fixture::batch(2, 50, x.now);
  auto copy = buffer::copy_of(sent.bytes());
  auto position = x->size_bytes();
  auto done = x.try_append(sent, 9);
  REQUIRE(done);
  CHECK(done->base_offset == 3);
  CHECK(done->next_offset == 5);
  CHECK(done->log_append_time == no_timestamp);
  CHECK(std::ranges::equal(sent.bytes(), copy.bytes()));
  auto bytes = x.content(0, ".log");
  auto header = header_at(bytes, position);
  CHECK(header.base_offset == 3);
  CHECK(header.leader_epoch == 9);
  CHECK(std::ranges::equal(std::span{bytes}.subspan(position + 16),
                           sent.bytes().subspan(16)));
}

TEST_CASE("log: LogAppendTime is stamped under a CRC of its own") {
  log_fixture x;
  x.options.config.log_append_time = true;
  x.open();
  auto done = x.try_append(log_fixture::batch(2, 50, 17));
  REQUIRE(done);
  CHECK(done->log_append_time == x.now);
  auto bytes = x.content(0, ".log");
  auto header = header_at(bytes, 0);
  CHECK(header.log_append_time());
  CHECK(header.max_timestamp == x.now);
  CHECK(header.crc == crc_at(bytes, 0));
}

TEST_CASE("log: a duplicate is told the time of its first copy") {
  log_fixture x;
  x.options.config.log_append_time = true;
  x.open();
  auto sent = log_fixture::batch(2, 10, 5, 7, 0);
  auto first = x.now;
  REQUIRE(x.try_append(sent));
  x.now += 100;
  auto again = x.try_append(sent);
  REQUIRE(again);
  CHECK(again->duplicate);
  CHECK(again->log_append_time == first);
}

TEST_CASE("log: what a client may not send leaves no byte") {
  log_fixture x;
  x.open();
  auto good = log_fixture::batch(1, 50, x.now);
  std::vector<std::byte> bad(good.bytes().begin(), good.bytes().end());
  bad.back() ^= std::byte{1};
  CHECK(code_of(x.try_append(buffer::copy_of(bad))) == errc::corrupt_batch);
  CHECK(code_of(x.try_append(log_fixture::batch(1, 2000, x.now)))
        == errc::records_too_large_for_segment);
  CHECK(code_of(x.try_append(buffer{})) == errc::invalid_record);
  CHECK(x->end_offset() == 0);
  CHECK(x.content(0, ".log").empty());
  CHECK(x.append() == 1);
}

TEST_CASE("log: our own batches need no client's permission") {
  log_fixture x;
  x.open();
  batch_builder builder;
  builder.add(1, "k", "v").attributes(0x20);
  auto control = builder.build();
  CHECK_FALSE(x.try_append(control));
  auto done = x->append(control, {2, x.now, append_origin::internal});
  REQUIRE(done);
  CHECK(done->next_offset == 1);
  std::vector<std::byte> bad(control.bytes().begin(), control.bytes().end());
  bad.back() ^= std::byte{1};
  for (auto broken : {buffer::copy_of(bad), control.slice(0, 69), buffer{}})
    CHECK(code_of(x->append(broken, {2, x.now, append_origin::internal}))
          == errc::corrupt_batch);
  CHECK(code_of(x->append(log_fixture::batch(1, 2000, 1),
                          {2, x.now, append_origin::internal}))
        == errc::records_too_large_for_segment);
  CHECK(x->end_offset() == 1);
}

TEST_CASE("log: a batch that stages emptied keeps its offsets and sequence") {
  log_fixture x;
  x.open();
  auto sent = log_fixture::batch(3, 10, x.now, 5, 0);
  auto left = *batch_rewriter(*parse_batch_header(sent.bytes())).build();
  append_options how{2, x.now, append_origin::staged};
  CHECK(code_of(x.try_append(left)) == errc::invalid_record);
  CHECK(x->append(left, how)->next_offset == 3);
  CHECK(x->append(left, how)->duplicate);
  CHECK(x.try_append(log_fixture::batch(1, 10, x.now, 5, 3))->base_offset == 3);
  x.kill_and_open();
  CHECK(x->end_offset() == 4);
  CHECK(x->append(left, how)->duplicate);
}

TEST_CASE("log: retries of an idempotent producer are answered, not kept") {
  log_fixture x;
  x.open();
  std::vector<buffer> sent;
  for (int i = 0; i < 6; ++i)
    sent.push_back(log_fixture::batch(2, 10, x.now, 5, 2 * i));
  for (auto& each : sent)
    REQUIRE(x.try_append(each));
  auto size = x->size_bytes();
  for (int i = 1; i < 6; ++i) {
    auto again = x.try_append(sent[static_cast<size_t>(i)]);
    REQUIRE(again);
    CHECK(again->duplicate);
    CHECK(again->base_offset == 2 * i);
    CHECK(again->next_offset == 2 * i + 2);
  }
  CHECK(code_of(x.try_append(sent[0])) == errc::out_of_order_sequence);
  CHECK(code_of(x.try_append(log_fixture::batch(1, 10, x.now, 5, 13)))
        == errc::out_of_order_sequence);
  CHECK(x->size_bytes() == size);
  x.kill_and_open();
  CHECK(x.try_append(sent[5])->duplicate);
  CHECK(x.try_append(log_fixture::batch(1, 10, x.now, 5, 12))->base_offset
        == 12);
}

TEST_CASE("log: which batch of a producer is the next one, the log knows") {
  log_fixture x;
  x.open();
  auto is_next = [&](producer_id_t producer, int32_t sequence) {
    auto header = parse_batch_header(
        log_fixture::batch(1, 10, x.now, producer, sequence).bytes());
    REQUIRE(header);
    return x->is_next_of_producer(*header);
  };
  REQUIRE(x.try_append(log_fixture::batch(2, 10, x.now, 5, 0)));
  CHECK(is_next(5, 2));
  CHECK_FALSE(is_next(5, 3));
  CHECK_FALSE(is_next(5, 1));
  CHECK(is_next(6, 9));
  CHECK(is_next(no_producer_id, -1));
}

TEST_CASE("log: rolls by size exactly at the bound") {
  log_fixture x;
  auto size = static_cast<int64_t>(log_fixture::batch(1, 100, x.now).size());
  x.options.config.segment_bytes = 3 * size;
  x.open();
  for (int i = 0; i < 3; ++i)
    x.append();
  CHECK(x->segment_base_offsets() == std::vector<offset_t>{0});
  x.append();
  CHECK(x->segment_base_offsets() == std::vector<offset_t>{0, 3});
  CHECK(x.content(0, ".log").size() == static_cast<size_t>(3 * size));
}

TEST_CASE("log: rolls by the time between records") {
  log_fixture x;
  x.options.config.segment_ms = 100;
  x.open();
  auto append_at = [&](timestamp_ms timestamp) {
    REQUIRE(x.try_append(log_fixture::batch(1, 10, timestamp)));
    return x->segment_count();
  };
  CHECK(append_at(5000) == 1);
  CHECK(append_at(5100) == 1);
  CHECK(append_at(4000) == 1);
  CHECK(append_at(5101) == 2);
  x.restart();
  CHECK(append_at(5201) == 2);
  CHECK(append_at(5202) == 3);
}

TEST_CASE("log: rolls when an index is full") {
  log_fixture x;
  x.options.config.segment_bytes = 1 << 20;
  x.options.config.segment_index_bytes = 3 * 8;
  x.open();
  for (int i = 0; i < 20; ++i) {
    ++x.now;
    x.append(1, 10);
  }
  REQUIRE(x->segment_count() > 3);
  REQUIRE(x->close(20));
  for (auto base : x->segment_base_offsets()) {
    CHECK(x.content(base, ".index").size() <= 24);
    CHECK(x.content(base, ".timeindex").size() <= 24);
  }
}

TEST_CASE("log: indexes say what Kafka's would") {
  log_fixture x;
  auto size = log_fixture::batch(2, 100, x.now).size();
  x.options.config.segment_bytes = 100000;
  x.options.config.index_interval_bytes = static_cast<int64_t>(size);
  x.open();
  for (timestamp_ms timestamp : {10, 50, 30, 20, 60})
    REQUIRE(x.try_append(log_fixture::batch(2, 100, timestamp)));
  REQUIRE(x->close(10));
  // More than the interval has to be written before a batch is indexed: the
  // third and the fifth are.
  auto index = x.content(0, ".index");
  REQUIRE(index.size() == 16);
  CHECK(index[3] == std::byte{5});
  CHECK(index[11] == std::byte{9});
  auto position =
      static_cast<size_t>(index[6]) << 8 | static_cast<size_t>(index[7]);
  CHECK(position == 2 * size);
  auto times = x.content(0, ".timeindex");
  REQUIRE(times.size() == 24);
  CHECK(times[7] == std::byte{50});
  CHECK(times[11] == std::byte{3});
  CHECK(times[19] == std::byte{60});
  CHECK(times[23] == std::byte{9});
}

TEST_CASE("log: a full disk refuses, keeps nothing and heals by itself") {
  log_fixture x;
  x.open();
  x.append();
  auto size = x->size_bytes();
  x.fs.set_space(x.fs.used_bytes() + 40);
  for (int i = 0; i < 3; ++i)
    CHECK(code_of(x.try_append(log_fixture::batch(1, 100, x.now)))
          == errc::disk_full);
  CHECK(x->end_offset() == 1);
  CHECK(x.content(0, ".log").size() == size);
  CHECK(x.read_bases(0) == std::vector<offset_t>{0});
  x.fs.set_space(std::nullopt);
  CHECK(x.append() == 2);
  CHECK(x.read_bases(0) == std::vector<offset_t>{0, 1});
}

TEST_CASE("log: a tail that cannot be cut back is cut before the next write") {
  log_fixture x;
  x.open();
  x.append();
  auto size = x->size_bytes();
  x.fs.inject(operation::write, ".log", EIO);
  x.fs.inject(operation::truncate, ".log", EIO, 0, 2);
  CHECK(code_of(x.try_append(log_fixture::batch(1, 100, x.now))) == errc::io);
  CHECK(x.content(0, ".log").size() > size);
  CHECK(code_of(x.try_append(log_fixture::batch(1, 100, x.now))) == errc::io);
  CHECK(x.append() == 2);
  CHECK(x.content(0, ".log").size() == 2 * size);
  x.kill_and_open();
  CHECK(x->end_offset() == 2);
  CHECK(x.report.bytes_truncated == 0);
}

TEST_CASE("log: a read-only disk refuses and recovers") {
  log_fixture x;
  x.open();
  x.append();
  x.fs.set_read_only(true);
  CHECK(code_of(x.try_append(log_fixture::batch(1, 100, x.now)))
        == errc::read_only);
  CHECK(x.read_bases(0) == std::vector<offset_t>{0});
  x.fs.set_read_only(false);
  CHECK(x.append() == 2);
}

TEST_CASE("log: a roll that fails half-way is tried again") {
  for (auto what : {operation::open, operation::write, operation::truncate})
    for (int skip = 0; skip < 4; ++skip) {
      log_fixture x;
      x.open();
      while (x->size_bytes() < 700)
        x.append();
      auto end = x->end_offset();
      x.fs.inject(what, "", ENOSPC, skip);
      auto done = x.try_append(log_fixture::batch(1, 500, x.now));
      CAPTURE(skip);
      if (!done) {
        CHECK(done.error().code == errc::disk_full);
        CHECK(x->end_offset() == end);
      }
      x.fs.clear_faults();
      x.append(1, 500);
      auto after = x->end_offset();
      CHECK(x->segment_count() == 2 + (done ? 1 : 0));
      x.kill_and_open();
      CHECK(x->end_offset() == after);
    }
}

} // namespace troupe::storage::test
