// SPDX-License-Identifier: Apache-2.0
#include "node_client.h"
#include "temporary_directory.h"

#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/storage/forwarding_file_system.h>
#include <troupe/transport/kafka/messages/create_topics.h>
#include <troupe/transport/kafka/messages/describe_quorum.h>

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace troupe;
using actors::node_client;
using actors::temporary_directory;

namespace {

node_options in(const temporary_directory& where) {
  node_options options;
  options.data_directories = {where.path()};
  options.config.lanes = 1;
  return options;
}

std::unique_ptr<node> started(node_options options) {
  auto x = node::start(std::move(options));
  REQUIRE_MESSAGE(x, x.error().message);
  return std::move(*x);
}

void make_topic(node& x, const std::string& name) {
  cluster::new_topic topic;
  topic.name = name;
  topic.num_partitions = 1;
  auto made = x.create_topic(topic);
  REQUIRE_MESSAGE(made, made.error().message);
}

int64_t append(node& x, const std::string& topic) {
  auto out = producer::open(x);
  REQUIRE(out);
  outgoing_record record;
  record.topic = topic;
  record.value = "x";
  auto done = (*out)->append(record);
  REQUIRE_MESSAGE(done, done.error().message);
  return done->offset;
}

/// Remembers which files came into being through it.
class recording_files final : public storage::forwarding_file_system {
public:
  result<std::shared_ptr<storage::file>>
  open(const std::string& path, storage::open_mode mode) override {
    if (mode == storage::open_mode::create)
      note(path);
    return forwarding_file_system::open(path, mode);
  }

  result<void> rename(const std::string& from, const std::string& to) override {
    note(to);
    return forwarding_file_system::rename(from, to);
  }

  bool made(const std::string& path) {
    std::lock_guard guard(mutex_);
    return made_.contains(path);
  }

private:
  void note(const std::string& path) {
    std::lock_guard guard(mutex_);
    made_.insert(path);
  }

  std::mutex mutex_;
  std::set<std::string> made_;
};

/// Time stands still.
class frozen_time final : public time_source {
public:
  storage::timestamp_ms wall_ms() noexcept override { return 1'000'000; }
  int64_t steady_us() noexcept override { return 5'000'000; }
};

/// Names a node that nobody knows.
class lost_policy final : public cluster::placement_policy {
public:
  std::vector<std::vector<cluster::node_id>> place(const question& x) override {
    return {x.count, {4711}};
  }
};

} // namespace

TEST_CASE("node parts: every file goes through the given file system but the "
          "lock and the database") {
  temporary_directory where;
  auto files = std::make_shared<recording_files>();
  auto options = in(where);
  options.files = files;
  auto x = started(std::move(options));
  make_topic(*x, "t");
  CHECK(append(*x, "t") == 0);
  CHECK(x->stop());
  size_t seen = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(where.path())) {
    auto path = entry.path().string();
    if (!entry.is_regular_file() || entry.path().filename() == ".lock"
        || path.find("__troupe_offsets") != std::string::npos)
      continue;
    CAPTURE(path);
    CHECK(files->made(path));
    ++seen;
  }
  CHECK(files->made(where / "t-0/00000000000000000000.log"));
  // Of the topic and of the metadata, identity, marker and reserve.
  CHECK(seen > 6);
}

TEST_CASE("node parts: with stores of its own a node opens no database") {
  temporary_directory where;
  std::shared_ptr<storage::offset_store> checkpoints =
      storage::make_memory_offset_store();
  for (int64_t run : {0, 1}) {
    auto options = in(where);
    options.checkpoints = checkpoints;
    options.committed_offsets = storage::make_memory_log_view();
    auto x = started(std::move(options));
    if (run == 0)
      make_topic(*x, "t");
    CHECK(append(*x, "t") == run);
    CHECK(x->stop());
    auto known = checkpoints->load({"t", 0});
    REQUIRE(known);
    REQUIRE(known->has_value());
    CHECK((*known)->offsets.recovery_point == run + 1);
    CHECK_FALSE(where.has("__troupe_offsets"));
  }
}

TEST_CASE("node parts: the database keeps what the node does not bring") {
  temporary_directory where;
  auto options = in(where);
  options.committed_offsets = storage::make_memory_log_view();
  auto x = started(std::move(options));
  make_topic(*x, "t");
  CHECK(x->stop());
  CHECK(where.has("__troupe_offsets"));
}

TEST_CASE("node parts: a node whose time stands still starts, serves, stops") {
  temporary_directory where;
  auto options = in(where);
  options.time = std::make_shared<frozen_time>();
  auto x = started(std::move(options));
  make_topic(*x, "t");
  CHECK(append(*x, "t") == 0);
  node_client client(x->address());
  kafka::describe_quorum_request asked;
  asked.topics = {{"__cluster_metadata", {{0}}}};
  auto quorum = client.ask<kafka::describe_quorum_response>(asked, 1);
  const auto& voters = quorum.topics.at(0).partitions.at(0).current_voters;
  REQUIRE(voters.size() == 1);
  // The voter is the leader itself, which is up to date now.
  CHECK(voters[0].last_caught_up_timestamp == 1'000'000);
  CHECK(x->stop());
}

TEST_CASE("node parts: a client learns that a policy failed, and no more") {
  temporary_directory where;
  auto options = in(where);
  options.placement = std::make_shared<lost_policy>();
  auto x = started(std::move(options));
  node_client client(x->address());
  kafka::create_topics_request asked;
  asked.topics.resize(2);
  asked.topics[0].name = "free";
  asked.topics[0].num_partitions = 1;
  asked.topics[0].replication_factor = 1;
  asked.topics[1].name = "placed";
  asked.topics[1].num_partitions = -1;
  asked.topics[1].replication_factor = -1;
  asked.topics[1].assignments = {{0, {0}}};
  auto answer = client.ask<kafka::create_topics_response>(asked, 7);
  REQUIRE(answer.topics.size() == 2);
  CHECK(answer.topics[0].error_code == 39);
  REQUIRE(answer.topics[0].error_message.has_value());
  CHECK(answer.topics[0].error_message->find("4711") != std::string::npos);
  // Who names the nodes is not given others.
  CHECK_MESSAGE(answer.topics[1].error_code == 0,
                answer.topics[1].error_message.value_or(""));
  CHECK(x->stop());
}
