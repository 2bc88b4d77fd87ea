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
