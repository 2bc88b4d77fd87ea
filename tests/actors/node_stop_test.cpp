// SPDX-License-Identifier: Apache-2.0
#include "actor_fixture.h"
#include "temporary_directory.h"

#include <troupe/actors/node.h>
#include <troupe/storage/forwarding_file_system.h>

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

using namespace troupe;
using namespace troupe::actors;

namespace {

/// Files of the topic "slow" are not opened before the test says so.
class slow_files final : public storage::forwarding_file_system {
public:
  result<std::shared_ptr<storage::file>>
  open(const std::string& path, storage::open_mode mode) override {
    if (path.find("/slow-0/") != std::string::npos && !asked_) {
      asked_ = true;
      reached.set_value();
      go_on.get_future().wait();
    }
    return forwarding_file_system::open(path, mode);
  }

  std::promise<void> reached;
  std::promise<void> go_on;

private:
  bool asked_ = false;
};

} // namespace

TEST_CASE("node: a stop does not wait for a topic that is being made") {
  temporary_directory where;
  auto files = std::make_shared<slow_files>();
  node_options options;
  options.data_directories = {where.path()};
  options.config.lanes = 1;
  options.files = files;
  auto started = node::start(std::move(options));
  REQUIRE_MESSAGE(started, started.error().message);
  auto& home = **started;
  auto creation = std::async(std::launch::async, [&home] {
    cluster::new_topic topic;
    topic.name = "slow";
    topic.num_partitions = 1;
    return home.create_topic(topic);
  });
  files->reached.get_future().wait();
  auto stop = std::async(std::launch::async, [&home] { return home.stop(); });
  // Although the files have not moved.
  auto created = creation.get();
  REQUIRE_FALSE(created);
  CHECK(is(created.error(), errc::stopping));
  files->go_on.set_value();
  CHECK(stop.get());
  auto late = home.create_topic({});
  REQUIRE_FALSE(late);
  CHECK(is(late.error(), errc::stopping));
}
