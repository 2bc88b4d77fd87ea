// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/peer_handshake.h>

#include <doctest/doctest.h>

using namespace troupe;
using namespace troupe::cluster;

namespace {

peer_identity node(node_id id, std::string cluster = "c1") {
  peer_identity x;
  x.node = id;
  x.cluster_id = std::move(cluster);
  x.software = "troupe 9";
  return x;
}

std::string refusal(const peer_identity& self, const peer_identity& other,
                    node_id expected = no_node) {
  auto agreed = agree_with_peer(self, other, expected);
  return agreed ? "" : agreed.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("peer handshake: two nodes of one cluster use the newest version") {
  auto self = node(1), other = node(2);
  self.version_min = 1;
  self.version_max = 4;
  other.version_min = 2;
  other.version_max = 3;
  auto agreed = agree_with_peer(self, other, 2);
  REQUIRE(agreed);
  CHECK(*agreed == 3);
  CHECK(*agree_with_peer(other, self, 1) == 3);
}

TEST_CASE("peer handshake: versions without overlap are refused by name") {
  auto self = node(1), other = node(2);
  self.version_min = self.version_max = 1;
  other.version_min = 2;
  other.version_max = 3;
  auto agreed = agree_with_peer(self, other, 2);
  REQUIRE_FALSE(agreed);
  CHECK(agreed.error().code == storage::errc::unsupported_format);
  CHECK(contains(agreed.error().message, "versions 1 to 1"));
  CHECK(contains(agreed.error().message, "versions 2 to 3"));
  CHECK(contains(refusal(other, self), "versions 1 to 1"));
}

TEST_CASE("peer handshake: a node of another cluster is refused") {
  auto why = refusal(node(1, "c1"), node(2, "c2"));
  CHECK(contains(why, "cluster c1"));
  CHECK(contains(why, "cluster c2"));
}

TEST_CASE("peer handshake: a node that joins is let in") {
  CHECK(refusal(node(1), node(no_node, "")) == "");
  CHECK(refusal(node(no_node, ""), node(1)) == "");
}

TEST_CASE("peer handshake: another node than the one dialled is refused") {
  auto why = refusal(node(1), node(3), 2);
  CHECK(contains(why, "node 2 was expected"));
  CHECK(contains(why, "node 3 (troupe 9)"));
}

TEST_CASE("peer handshake: two processes with one node id are refused") {
  CHECK(contains(refusal(node(2), node(2)), "node 2"));
}
