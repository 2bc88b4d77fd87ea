// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#pragma GCC visibility push(default)

namespace troupe {

/// Decides what Kafka clients may do. A node without one asks nobody, and
/// everybody may do everything.
///
/// Called on the threads that serve connections, by several at once, and for
/// each topic, group or cluster operation that a request names: it must be
/// thread safe and answer from memory, because every client of the thread
/// waits. One that throws has refused.
class authoriser {
public:
  /// Kafka's operations of ACLs, with its numbers.
  enum class operation : int8_t {
    read = 3,
    write = 4,
    create = 5,
    remove = 6, // Kafka's DELETE.
    alter = 7,
    describe = 8,
    cluster_action = 9,
    describe_configs = 10,
    alter_configs = 11,
    idempotent_write = 12,
  };

  /// Kafka's resource types, with its numbers.
  enum class resource : int8_t {
    topic = 2,
    group = 3,
    cluster = 4,
    transactional_id = 5,
  };

  /// What a client wants to do. The strings are valid during the call only.
  struct question {
    /// As Kafka writes principals. "User:ANONYMOUS" while there is no
    /// authentication.
    std::string_view principal;
    /// Address from where the client is connected, without port.
    std::string_view host;
    /// What the client calls itself, may be empty: nothing to rely on.
    std::string_view client_id;
    operation what = operation::read;
    resource type = resource::topic;
    /// Of the topic or group; "kafka-cluster" for the cluster.
    std::string_view name;
  };

  virtual ~authoriser() = default;

  /// False refuses. Each operation is asked for by itself: whether `read`
  /// brings `describe` with it is up to this function.
  virtual bool allows(const question& x) = 0;
};

} // namespace troupe

#pragma GCC visibility pop
