// SPDX-License-Identifier: Apache-2.0
// What a crash, a bad disk or a stranger left in a partition's directory.
// Whatever it is: opening answers, and an opened log appends, reads and can be
// closed and opened again.
#include "storage/src/byte_reader.h"
#include "tests/storage/fault_file_system.h"
#include "tests/storage/timestamps.h"

#include <troupe/storage/assert.h>
#include <troupe/storage/log.h>
#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace troupe::storage;
using troupe::storage::test::fault_file_system;
using troupe::storage::test::find_largest;
using troupe::storage::test::find_timestamp;

namespace {

/// `log` alone is also a function of the C library.
using storage_log = troupe::storage::log;

constexpr timestamp_ms now = 1700000000000;
constexpr const char* directory = "/data/topic-0";
constexpr std::array<const char*, 3> suffixes{".log", ".index", ".timeindex"};

enum choice : uint8_t {
  /// Change single bytes of a good log instead of making all of them up.
  mutate = 1,
  clean_shutdown = 2,
  with_checkpoint = 4,
  /// Make the CRC of a made-up first batch true.
  mend = 8,
};

/// What must not fail; says why it did.
template <class T>
T expect(troupe::result<T> x) {
  if (!x)
    std::cerr << to_string(x.error()) << '\n';
  ASSERT(x.has_value());
  if constexpr (!std::is_void_v<T>)
    return std::move(*x);
}

log_options options_of(byte_reader& in, uint8_t choices) {
  log_options options;
  options.directory = directory;
  options.name = {"topic", 0};
  options.now = now;
  options.config.segment_bytes = 2048;
  options.config.index_interval_bytes = 128;
  options.clean_shutdown = (choices & clean_shutdown) != 0;
  if ((choices & with_checkpoint) != 0) {
    auto& x = options.checkpoint.emplace();
    x.offsets.log_start_offset = in.integer<int16_t>();
    x.offsets.recovery_point = in.integer<int16_t>();
    x.offsets.high_watermark = in.integer<int64_t>();
    x.epochs = {{in.integer<int8_t>(), in.integer<int16_t>()},
                {in.integer<int8_t>(), in.integer<int64_t>()}};
    x.producers_end = in.integer<int16_t>();
    size_t size = in.integer<uint8_t>();
    auto table = in.take(std::min(size, in.left()));
    x.producers.assign(table.begin(), table.end());
  }
  return options;
}

buffer some_batch(int64_t n) {
  batch_builder builder;
  builder.producer(7, 0, static_cast<int32_t>(2 * n));
  builder.add(now + n, "key", "value").add(now + n, "key", "value");
  return builder.build();
}

/// A few segments of good batches.
void write_good_log(fault_file_system& fs, const log_options& options) {
  auto fresh = options;
  fresh.checkpoint.reset();
  fresh.clean_shutdown = false;
  auto opened = expect(storage_log::open(fs, fresh));
  for (int64_t n = 0; n < 40; ++n)
    expect(opened.value->append(some_batch(n), {.now = now}));
  expect(opened.value->close(0));
}

/// Each step changes one byte of one file, or cuts it there.
void mutate_files(fault_file_system& fs, byte_reader& in) {
  auto names = expect(fs.list(directory));
  while (in.left() >= 5) {
    auto which = in.integer<uint8_t>() % names.size();
    auto position = in.integer<uint16_t>();
    auto value = in.integer<uint8_t>();
    auto cut = in.integer<uint8_t>() < 16;
    auto path = std::string{directory} + "/" + names[which];
    auto content = fs.content(path);
    if (position >= content.size())
      continue;
    if (cut)
      content.resize(position);
    else
      content[position] = std::byte{value};
    fs.put(path, std::move(content));
  }
}

void mend_first_batch(std::vector<std::byte>& content) {
  auto header = parse_batch_header(content);
  if (!header || header->size_bytes() > content.size())
    return;
  auto whole = std::span<const std::byte>{content}.first(header->size_bytes());
  header->crc = batch_crc(*header, whole.subspan(batch_header_bytes));
  auto head = encode_batch_header(*header);
  std::copy(head.begin(), head.end(), content.begin());
}

/// Two segments whose files are cut out of the input.
void make_up_files(fault_file_system& fs, byte_reader& in, uint8_t choices) {
  expect(fs.create_directories(directory));
  for (const char* base : {"00000000000000000000", "00000000000000000009"})
    for (auto* suffix : suffixes) {
      size_t size = in.integer<uint16_t>() % 1024;
      auto part = in.take(std::min(size, in.left()));
      std::vector<std::byte> content(part.begin(), part.end());
      if ((choices & mend) != 0 && suffix == suffixes[0])
        mend_first_batch(content);
      fs.put(std::string{directory} + "/" + base + suffix, std::move(content));
    }
}

/// Reads on until nothing comes any more; damage may end it early.
void read_all(storage_log& x) {
  auto from = x.start_offset();
  for (int i = 0; i < 1000 && from < x.end_offset(); ++i) {
    auto found = x.read(from, 512, x.end_offset(), read_mode::blocking);
    if (!found || found->records.size == 0)
      return;
    std::vector<std::byte> bytes(found->records.size);
    auto size =
        expect(found->records.source->read(found->records.position, bytes));
    ASSERT(size == bytes.size());
    auto header = expect(parse_batch_header(bytes));
    ASSERT(header.next_offset() > from);
    from = header.next_offset();
  }
}

void use(storage_log& x) {
  ASSERT(x.start_offset() <= x.end_offset());
  read_all(x);
  static_cast<void>(find_timestamp(x, now, x.end_offset()).has_value());
  static_cast<void>(find_largest(x).has_value());
  static_cast<void>(x.end_offset_of_epoch(3));
  static_cast<void>(x.active_producers());

  auto end = x.end_offset();
  auto batch = batch_builder{}.add(now, "key", "value").build();
  auto added = expect(x.append(batch, {.leader_epoch = 1000, .now = now}));
  ASSERT(added.base_offset == end);
  auto found = expect(x.read(end, 1, x.end_offset(), read_mode::blocking));
  ASSERT(found.records.size == batch.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  byte_reader in{std::as_bytes(std::span{data, size})};
  auto choices = in.integer<uint8_t>();
  auto options = options_of(in, choices);
  fault_file_system fs;
  if ((choices & mutate) != 0) {
    write_good_log(fs, options);
    mutate_files(fs, in);
  } else {
    make_up_files(fs, in, choices);
  }
  auto opened = storage_log::open(fs, options);
  if (!opened)
    return 0;
  use(*opened->value);
  auto end = opened->value->end_offset();
  options.checkpoint = expect(opened->value->close(end));
  options.clean_shutdown = true;
  auto again = expect(storage_log::open(fs, options));
  ASSERT(again.value->end_offset() == end);
  use(*again.value);
  return 0;
}
