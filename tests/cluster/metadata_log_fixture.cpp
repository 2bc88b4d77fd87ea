// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <tests/cluster/metadata_log_fixture.h>

#include <doctest/doctest.h>

#include <utility>

namespace troupe::cluster::test {

metadata_log_options default_log() {
  metadata_log_options x;
  x.directory = "/data";
  x.now = 1000;
  return x;
}

metadata_log_options small_log() {
  auto x = default_log();
  x.snapshot_records = 5;
  x.segment_bytes = 400;
  return x;
}

std::unique_ptr<metadata_log>
open_log(fault_file_system& fs, const metadata_log_options& with) {
  auto log = metadata_log::open(fs, with);
  REQUIRE_MESSAGE(log, log.error().message);
  REQUIRE((*log)->commit((*log)->end_offset(), with.now));
  return std::move(*log);
}

storage::errc
fault_of_opening(fault_file_system& fs, const metadata_log_options& with) {
  auto log = metadata_log::open(fs, with);
  REQUIRE_FALSE(log);
  CHECK_FALSE(log.error().message.empty());
  return log.error().code;
}

image_ptr append(metadata_log& log, const metadata_delta& delta) {
  auto image = log.append(delta, 2000);
  REQUIRE_MESSAGE(image, image.error().message);
  CHECK(*image == log.image());
  return *image;
}

void append_as_leader(metadata_log& log, const metadata_delta& delta,
                      leader_epoch_t epoch) {
  if (log.election().epoch < epoch)
    REQUIRE(log.save_election({epoch, 1}));
  auto end = log.end_offset() + static_cast<offset_t>(delta.size());
  auto appended = log.append_as_leader(delta, epoch, 2000);
  REQUIRE_MESSAGE(appended, appended.error().message);
  CHECK(*appended == end);
}

std::vector<std::byte> read_snapshot(metadata_log& log, const snapshot_id& id) {
  constexpr uint32_t chunk_bytes = 50;
  auto size = log.snapshot_size(id);
  REQUIRE(size);
  std::vector<std::byte> all;
  while (all.size() < *size) {
    auto chunk = log.read_snapshot(id, all.size(), chunk_bytes);
    REQUIRE(chunk);
    REQUIRE_FALSE(chunk->empty());
    all.insert(all.end(), chunk->bytes().begin(), chunk->bytes().end());
  }
  return all;
}

std::unique_ptr<metadata_log>
open_copy(fault_file_system& fs, metadata_log& log, const snapshot_id& id) {
  auto options = default_log();
  options.directory = "/copy";
  auto copy = open_log(fs, options);
  REQUIRE(copy->save_election({id.epoch, no_node}));
  REQUIRE(copy->install_snapshot(id, read_snapshot(log, id)));
  return copy;
}

metadata_delta numbered_topic(int i) {
  return {topic("t" + std::to_string(i), id(static_cast<uint8_t>(i + 1)))};
}

image_ptr append_topics(metadata_log& log, int first, int count) {
  for (int i = first; i < first + count; ++i)
    append(log, numbered_topic(i));
  return log.image();
}

std::vector<std::string>
log_files(fault_file_system& fs, std::string_view suffix) {
  auto all = fs.list(log_directory);
  REQUIRE(all);
  std::vector<std::string> found;
  for (const auto& name : *all)
    if (name.ends_with(suffix))
      found.push_back(name);
  return found;
}

} // namespace troupe::cluster::test
