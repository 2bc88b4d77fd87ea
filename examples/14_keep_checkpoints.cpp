// SPDX-License-Identifier: Apache-2.0
//
// You learn how to keep what a node knows about offsets in a place of yours
// instead of its RocksDB, and what that knowledge is worth: logs are there
// without it, but have to be scanned.
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/storage/log_view.h>
#include <troupe/storage/offset_store.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace troupe::storage;

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// Called by threads that may wait for it, several at a time.
class our_checkpoints final : public offset_store {
public:
  troupe::result<std::optional<partition_checkpoint>>
  load(const topic_partition& tp) override {
    auto found = kept_->load(tp);
    known += found && found->has_value() ? 1 : 0;
    return found;
  }
  troupe::result<void> save(const topic_partition& tp,
                            const partition_checkpoint& x,
                            durable how) override {
    return kept_->save(tp, x, how);
  }
  troupe::result<void> erase(const topic_partition& tp) override {
    return kept_->erase(tp);
  }
  troupe::result<void> sync() override { return kept_->sync(); }

  /// Partitions that were asked for and known.
  std::atomic<int> known = 0;

private:
  std::unique_ptr<offset_store> kept_ = make_memory_offset_store();
};

/// Runs a node in the directory, appends a record; the record's offset.
int64_t run_once(const std::string& directory,
                 std::shared_ptr<offset_store> checkpoints) {
  troupe::node_options options;
  options.data_directories = {directory};
  options.checkpoints = std::move(checkpoints);
  // What groups have committed follows from a log as well.
  options.committed_offsets = make_memory_log_view();
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  troupe::cluster::new_topic topic;
  topic.name = "orders";
  // In all runs but the first it is there already.
  static_cast<void>((*broker)->create_topic(topic));
  auto producer = troupe::producer::open(**broker);
  check(producer.has_value(), "a producer is open");
  troupe::outgoing_record order;
  order.topic = "orders";
  auto appended = (*producer)->append(order);
  check(appended.has_value(), "a record is in the log");
  check((*broker)->stop().has_value(), "the broker has stopped");
  return appended->offset;
}

} // namespace

int main() {
  auto directory =
      (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
  check(::mkdtemp(directory.data()) != nullptr, "there is a directory");
  auto ours = std::make_shared<our_checkpoints>();
  check(run_once(directory, ours) == 0, "the first record has offset 0");
  check(ours->known == 0, "nothing was known of the partition");
  check(!std::filesystem::exists(directory + "/__troupe_offsets"),
        "there is no RocksDB");
  check(run_once(directory, ours) == 1, "the second record has offset 1");
  check(ours->known > 0, "the log was opened with what we had kept");
  check(run_once(directory, make_memory_offset_store()) == 2,
        "without it the log is scanned, and nothing is lost");
  std::filesystem::remove_all(directory);
  return EXIT_SUCCESS;
}
