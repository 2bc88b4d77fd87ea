// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../session.h"

#include <troupe/transport/kafka/messages/fetch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace troupe::actors::handlers {

/// One Fetch request: reads every partition, waits for more while that is too
/// little (long poll), then answers in the order asked within max_bytes.
class fetch_operation : public std::enable_shared_from_this<fetch_operation> {
public:
  fetch_operation(session_state& session, request_ptr asked,
                  kafka::fetch_request body, bool by_topic_id);

  void start();

private:
  /// A partition of the request and what is known about it.
  struct part {
    const kafka::fetch_request::partition* asked = nullptr;
    partition_actor actor;
    read_finished found;
    ticket_t watch = 0;
    /// Refused before a partition was asked.
    int16_t error_code = 0;
    /// Where the consumer should read instead (KIP-392).
    cluster::node_id preferred = cluster::no_node;
    /// The topic's views; null: it has none.
    view_desk_actor views = {};
    /// What is sent instead of what was found.
    std::optional<storage::buffer> shown = {};
  };

  void resolve();
  /// Topics that the client may not read are put aside.
  void withhold_topics(const routing& routes);
  /// A replica in the consumer's rack, when it is not this node's.
  cluster::node_id
  preferred_replica(const cluster::partition_registration& x,
                    const cluster::metadata_image& image) const;
  void read(size_t index);
  void on_read(size_t index, read_finished& x);
  void withhold_zstd(part& x);
  /// Answers, or waits for more.
  void decide();
  bool satisfied() const;
  void wait();
  void answer();
  /// What will be sent passes the views of its topic.
  void show();
  void on_viewed(size_t index, slice_viewed& x);
  void send();
  /// Gives each partition its share of max_bytes, in the order asked.
  void apply_budget();
  kafka::fetch_response::partition response_of(part& x) const;
  /// Behind all others.
  void add_refused(kafka::fetch_response& x);
  void add_leader_hints(kafka::fetch_response& x) const;

  session_state* session_;
  request_ptr asked_;
  kafka::fetch_request body_;
  bool by_topic_id_;
  std::vector<kafka::fetch_request::topic> refused_;
  std::vector<part> parts_;
  size_t reading_ = 0;
  size_t viewing_ = 0;
  ticket_t timer_ = 0;
  bool waiting_ = false;
  bool expired_ = false;
  bool answered_ = false;
};

} // namespace troupe::actors::handlers
