// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/messages/quorum_wire.h>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using namespace troupe;
using namespace troupe::actors;
using namespace troupe::cluster;

namespace {

using wire_bytes = std::vector<char>;

storage::buffer text(std::string_view x) {
  return storage::buffer::copy_of(x);
}

/// One of each kind, with something in every field.
std::vector<quorum_message> all_kinds() {
  return {
      vote_request{"cluster", vote_kind::vote, 7, 2, 6, 1234567890123},
      vote_answer{vote_kind::vote, 7, 3, true},
      epoch_begun{8, 1},
      epoch_ended{8, 1, {3, 2}},
      epoch_outdated{9, 2},
      quorum_fetch{99, 8, 2, 500, 7, 400},
      quorum_fetched{99, 8, 1, 450, fetch_refused{}},
      quorum_fetched{99, 8, 1, 450, fetched_batches{text("batches")}},
      quorum_fetched{99, 8, 1, 450, log_diverged{5, 300}},
      quorum_fetched{99, 8, 1, 450, snapshot_needed{{320, 6}}},
      snapshot_fetch{98, 8, 2, {320, 6}, 4096},
      snapshot_fetched{98, 8, 1, fetch_refused{}},
      snapshot_fetched{98, 8, 1, snapshot_chunk{10000, text("chunk")}},
      snapshot_fetched{98, 8, 1, snapshot_gone{}},
  };
}

struct wire {
  caf::actor_system_config config;
  caf::actor_system system{config};

  wire_bytes encode(quorum_letter x) {
    wire_bytes bytes;
    caf::binary_serializer to{system, bytes};
    CHECK_FALSE(to(x));
    return bytes;
  }

  bool decode(const wire_bytes& bytes, quorum_letter& x) {
    caf::binary_deserializer from{system, bytes};
    return !from(x);
  }
};

} // namespace

TEST_CASE("quorum wire: what arrives is what was sent") {
  wire x;
  for (const auto& message : all_kinds()) {
    CAPTURE(message.index());
    quorum_letter arrived;
    REQUIRE(x.decode(x.encode({5, message}), arrived));
    CHECK(arrived.from == 5);
    CHECK(arrived.message == message);
  }
}

TEST_CASE("quorum wire: a letter that is cut off is refused at every byte") {
  wire x;
  for (const auto& message : all_kinds()) {
    CAPTURE(message.index());
    auto bytes = x.encode({5, message});
    for (size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      wire_bytes torn(bytes.data(), bytes.data() + size);
      quorum_letter arrived;
      CHECK_FALSE(x.decode(torn, arrived));
    }
  }
}

TEST_CASE("quorum wire: a kind that is not known is refused") {
  wire x;
  auto bytes = x.encode({5, epoch_begun{8, 1}});
  // Behind the sender.
  REQUIRE(bytes.size() > sizeof(node_id));
  bytes[sizeof(node_id)] = 100;
  quorum_letter arrived;
  CHECK_FALSE(x.decode(bytes, arrived));
}
