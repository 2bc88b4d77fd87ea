// SPDX-License-Identifier: Apache-2.0
#include "bench_batch.h"
#include "bench_frames.h"
#include "bench_records.h"

#include <troupe/storage/batch_validator.h>

#include <doctest/doctest.h>

#include <cstring>
#include <set>
#include <string>

using namespace troupe;
using bench::bench_options;

namespace {

constexpr storage::timestamp_ms now = 1'700'000'000'000;

bench::batch_template
built(const bench_options& options,
      storage::producer_id_t producer = storage::no_producer_id) {
  auto batch = bench::make_batch(options, 1, now, producer);
  REQUIRE(batch);
  return *batch;
}

storage::batch_header checked(std::span<const std::byte> batch) {
  auto header = storage::validate_batch(batch, {}, now);
  REQUIRE(header);
  return *header;
}

} // namespace

TEST_CASE("bench batch: is valid and exactly as large as asked") {
  for (uint64_t batch_bytes : {512, 1000, 16384, 65536, 1048576}) {
    for (uint64_t record_bytes : {0, 1, 100, 300}) {
      bench_options options;
      options.batch_bytes = batch_bytes;
      options.record_bytes = record_bytes;
      auto batch = built(options);
      CHECK(batch.bytes.size() <= batch_bytes);
      // A length field may grow just where the last byte would have fitted.
      CHECK(batch.bytes.size() + 1 >= batch_bytes);
      CHECK(checked(batch.bytes).records_count == batch.records);
    }
  }
}

TEST_CASE("bench batch: keyed records have keys of their own") {
  bench_options options;
  options.keyed = true;
  auto batch = built(options);
  CHECK(batch.bytes.size() <= options.batch_bytes);
  CHECK(batch.bytes.size() + 1 >= options.batch_bytes);
  checked(batch.bytes);
  std::set<std::string> keys;
  auto visited = storage::for_each_record(
      batch.bytes, 1 << 20, [&](const storage::record_view& x) {
        keys.insert(std::string(x.key.value_or("none")));
        return true;
      });
  CHECK(visited);
  CHECK(keys.size() == static_cast<size_t>(batch.records));
  CHECK(keys.contains("0"));
}

TEST_CASE("bench batch: sizes that hold no record are refused") {
  bench_options options;
  options.batch_bytes = 100;
  options.record_bytes = 100;
  CHECK_FALSE(bench::make_batch(options, 1, now, -1));
}

TEST_CASE("bench batch: the stamp lands in the first value") {
  bench_options options;
  auto batch = built(options);
  std::string text = "sixteen bytes....";
  auto stamp = std::as_bytes(std::span(text.data(), 16));
  bench::patch_stamp(batch.bytes, batch.value_position, stamp);
  checked(batch.bytes);
  std::string found;
  auto visited = storage::for_each_record(batch.bytes, 1 << 20,
                                          [&](const storage::record_view& x) {
                                            found = x.value.value_or("");
                                            return false;
                                          });
  REQUIRE(visited);
  CHECK(found.size() == 100);
  CHECK(found.substr(0, 16) == text.substr(0, 16));
}

TEST_CASE("bench batch: a numbered batch stays valid") {
  bench_options options;
  auto batch = built(options, 42);
  bench::patch_sequence(batch.bytes, 7777);
  auto header = checked(batch.bytes);
  CHECK(header.producer_id == 42);
  CHECK(header.base_sequence == 7777);
}

TEST_CASE("bench batch: walking counts whole batches and leaves the rest") {
  bench_options options;
  auto batch = built(options);
  auto twice = batch.bytes;
  twice.insert(twice.end(), batch.bytes.begin(), batch.bytes.end() - 1);
  auto walked = bench::walk_batches(twice, 5, [](const auto&, const auto&) {});
  REQUIRE(walked);
  CHECK(walked->bytes == batch.bytes.size());
  CHECK(walked->records == static_cast<uint64_t>(batch.records));
  CHECK(walked->next_offset == batch.records);
  walked = bench::walk_batches(std::span<const std::byte>(twice).first(10), 5,
                               [](const auto&, const auto&) {});
  REQUIRE(walked);
  CHECK(walked->next_offset == 5);
}

TEST_CASE("bench frames: a cut response is an error at every length") {
  // correlation 9, one topic "t", partition 3: error 6, base offset 77
  const uint8_t raw[] = {0, 0, 0, 9, 0, 0, 0, 1, 0, 1, 't', 0, 0, 0, 1,
                         0, 0, 0, 3, 0, 6, 0, 0, 0, 0, 0,   0, 0, 77};
  auto frame = std::as_bytes(std::span(raw));
  auto answer = bench::parse_produce_answer(frame);
  REQUIRE(answer);
  CHECK(answer->correlation_id == 9);
  CHECK(answer->error_code == 6);
  CHECK(answer->base_offset == 77);
  for (size_t size = 0; size < frame.size(); ++size)
    CHECK_FALSE(bench::parse_produce_answer(frame.first(size)));
}
