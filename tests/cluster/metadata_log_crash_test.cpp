// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/images.h>
#include <tests/storage/fault_file_system.h>
#include <troupe/cluster/metadata_log.h>

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <random>
#include <string>
#include <vector>

using namespace troupe;
using namespace troupe::cluster;
using namespace troupe::cluster::test;
using storage::test::fault_file_system;
using storage::test::operation;

namespace {

constexpr std::array fault_kinds{operation::open,          operation::write,
                                 operation::sync,          operation::rename,
                                 operation::truncate,      operation::remove,
                                 operation::sync_directory};

/// Lives through power cuts and failing disks; knows what must be left.
class survivor {
public:
  explicit survivor(uint64_t seed) : random_(seed) { reopen(); }

  void step() {
    if (random_() % 4 == 0) {
      auto skip = static_cast<int>(random_() % 6);
      auto kind = fault_kinds[random_() % fault_kinds.size()];
      fs_.inject(kind, "", EIO, skip);
    }
    metadata_delta delta;
    for (auto i = 1 + random_() % 3; i > 0; --i)
      delta.push_back(draw(delta));
    auto before = log_->image();
    auto image = log_->append(delta, 0);
    if (image) {
      acknowledged_ = *image;
      in_doubt_.clear();
      ++appends_;
      return;
    }
    CHECK(log_->image() == before);
    // A failed write leaves nothing; after a failed sync nobody knows.
    const metadata_delta next{node(1)};
    if (!log_->append(next, 0)) {
      in_doubt_ = {delta, next};
      restart();
    } else {
      acknowledged_ = log_->image();
    }
  }

  void restart() {
    log_.reset();
    fs_.crash(random_());
    reopen();
  }

  int appends() const { return appends_; }

private:
  metadata_record draw(const metadata_delta& so_far) {
    const auto& topics = acknowledged_->topics;
    // One topic is deleted at most once in a delta: only the first may.
    if (so_far.empty() && topics.size() > 3 && random_() % 2 == 0)
      return topic_deleted{topics.begin()->second->id};
    uuid fresh;
    for (auto& byte : fresh.bytes)
      byte = static_cast<uint8_t>(random_());
    return topic("t" + std::to_string(random_()), fresh);
  }

  void reopen() {
    metadata_log_options options;
    options.directory = "/data";
    options.snapshot_records = 7;
    options.segment_bytes = 700;
    auto log = metadata_log::open(fs_, options);
    REQUIRE_MESSAGE(log, log.error().message);
    log_ = std::move(*log);
    REQUIRE(log_->commit(log_->end_offset(), 0));
    bool kept = same(*log_->image(), *acknowledged_);
    for (const auto& delta : in_doubt_)
      kept = kept || same(*log_->image(), *after(acknowledged_, delta));
    REQUIRE(kept);
    acknowledged_ = log_->image();
    in_doubt_.clear();
  }

  std::mt19937_64 random_;
  fault_file_system fs_;
  std::unique_ptr<metadata_log> log_;
  image_ptr acknowledged_ = std::make_shared<const metadata_image>();
  std::vector<metadata_delta> in_doubt_;
  int appends_ = 0;
};

} // namespace

TEST_CASE(
    "metadata log: nothing acknowledged is lost by faults and power cuts") {
  int appends = 0;
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    survivor x{seed};
    for (int i = 0; i < 60; ++i) {
      x.step();
      if (i % 17 == 16)
        x.restart();
    }
    appends += x.appends();
  }
  CHECK(appends > 3000);
}
