// SPDX-License-Identifier: Apache-2.0
// In the flexible encoding (KIP-482):
//
//   present i8 (negative is null), session_timeout_ms i32,
//   protocols [name text, metadata bytes]
#include <classic_member_field.h>
#include <flexible_bytes.h>

#include <cstdint>
#include <string_view>
#include <utility>

namespace troupe::cluster {

namespace {

constexpr int8_t present = 1;
/// A name, metadata and the tags.
constexpr size_t protocol_bytes_min = 3;

} // namespace

std::vector<std::byte> encode_classic_member(const classic_member_metadata& x) {
  flexible_writer to;
  to.i8(present);
  to.i32(x.session_timeout_ms);
  to.count(x.protocols.size());
  for (const auto& protocol : x.protocols) {
    to.text(std::string_view{protocol.name});
    to.bytes(protocol.metadata);
    to.no_tags();
  }
  to.no_tags();
  return to.take();
}

bool read_classic_member(std::span<const std::byte> bytes,
                         std::optional<classic_member_metadata>& to) {
  flexible_reader from{bytes};
  if (from.i8() < 0)
    return from.ok();
  classic_member_metadata x;
  x.session_timeout_ms = from.i32();
  for (auto left = from.count(protocol_bytes_min); left > 0 && from.ok();
       --left) {
    auto& protocol = x.protocols.emplace_back();
    protocol.name = from.text();
    protocol.metadata = from.bytes();
    from.skip_tags();
  }
  from.skip_tags();
  to = std::move(x);
  return from.ok();
}

} // namespace troupe::cluster
