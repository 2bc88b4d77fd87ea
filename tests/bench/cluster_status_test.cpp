// SPDX-License-Identifier: Apache-2.0
#include "cluster_drain.h"
#include "cluster_status.h"

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using namespace troupe;

namespace {

constexpr int64_t now_ms = 1'700'000'000'000;

kafka::describe_quorum_response::replica
replica(int32_t id, int64_t end, int64_t caught_up_ms) {
  kafka::describe_quorum_response::replica x;
  x.replica_id = id;
  x.log_end_offset = end;
  x.last_caught_up_timestamp = caught_up_ms;
  return x;
}

kafka::metadata_response::partition partition(int32_t leader,
                                              std::vector<int32_t> replicas,
                                              std::vector<int32_t> isr) {
  kafka::metadata_response::partition x;
  x.leader_id = leader;
  x.replica_nodes = std::move(replicas);
  x.isr_nodes = std::move(isr);
  return x;
}

admin::cluster_status three_nodes() {
  admin::cluster_status x;
  x.quorum.leader_id = 1;
  x.quorum.leader_epoch = 7;
  x.quorum.high_watermark = 99;
  x.quorum.current_voters = {replica(1, 120, now_ms),
                             replica(2, 100, now_ms - 2300)};
  x.quorum.observers = {replica(3, -1, -1)};
  x.metadata.cluster_id = "here";
  x.metadata.brokers = {{1, "one", 9092, "a"}, {2, "two", 9093, {}}};
  kafka::metadata_response::topic topic;
  topic.partitions = {partition(1, {1, 2}, {1, 2}), partition(2, {2, 3}, {2}),
                      partition(-1, {3}, {3})};
  x.metadata.topics.push_back(std::move(topic));
  return x;
}

/// The words of the line that begins with this node.
std::vector<std::string> row_of(const std::string& text, int32_t node) {
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::vector<std::string> found;
    for (std::string word; words >> word;)
      found.push_back(word);
    if (!found.empty() && found.front() == std::to_string(node))
      return found;
  }
  return {};
}

using words = std::vector<std::string>;

} // namespace

TEST_CASE("cluster status: each node has its role, lag and partitions") {
  auto text = admin::print(three_nodes(), now_ms);
  CHECK(text.find("cluster here, metadata led by 1 in epoch 7, committed up "
                  "to 99\n")
        == 0);
  CHECK(row_of(text, 1)
        == words{"1", "leader", "one:9092", "a", "120", "0", "0.0", "s", "ago",
                 "1", "1", "0"});
  CHECK(row_of(text, 2)
        == words{"2", "voter", "two:9093", "-", "100", "20", "2.3", "s", "ago",
                 "1", "2", "0"});
}

TEST_CASE("cluster status: a node that nobody hears shows as such") {
  auto text = admin::print(three_nodes(), now_ms);
  CHECK(row_of(text, 3)
        == words{"3", "observer", "not", "heard", "from", "-", "-", "-",
                 "never", "0", "2", "1"});
  CHECK(text.find("1 partitions have no leader\n") != std::string::npos);
}

TEST_CASE("cluster drain: replicas are counted over all topics") {
  auto metadata = three_nodes().metadata;
  CHECK(admin::replicas_on(metadata, 1) == 1);
  CHECK(admin::replicas_on(metadata, 3) == 2);
  CHECK(admin::replicas_on(metadata, 9) == 0);
}
