// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/inspect.h>
#include <troupe/actors/messages/peer.h>

#include <caf/binary_deserializer.hpp>
#include <caf/sec.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace troupe::storage {

caf::error inspect(caf::serializer& f, buffer& x) {
  auto size = x.size();
  if (auto failed = f.begin_sequence(size))
    return failed;
  // CAF's interface is not const; it only reads.
  if (size > 0)
    if (auto failed = f.apply_raw(size, const_cast<std::byte*>(x.data())))
      return failed;
  return f.end_sequence();
}

caf::error inspect(caf::deserializer& f, buffer& x) {
  size_t size = 0;
  if (auto failed = f.begin_sequence(size))
    return failed;
  auto* source = dynamic_cast<caf::binary_deserializer*>(&f);
  if (source == nullptr || size > source->remaining())
    return caf::sec::end_of_stream;
  auto bytes = std::make_shared_for_overwrite<std::byte[]>(size);
  if (size > 0)
    if (auto failed = f.apply_raw(size, bytes.get()))
      return failed;
  std::span view(bytes.get(), size);
  x = buffer(std::move(bytes), view);
  return f.end_sequence();
}

} // namespace troupe::storage

namespace troupe::actors {

namespace {

/// What a problem is on the wire: the index of its kind in `problem::code`,
/// and the code.
struct wire_problem {
  uint8_t kind = 0;
  uint8_t code = 0;
};

wire_problem to_wire(const problem& x) {
  wire_problem wire{static_cast<uint8_t>(x.code.index()), 0};
  std::visit(
      [&wire](auto code) {
        if constexpr (!std::is_same_v<decltype(code), std::monostate>)
          wire.code = static_cast<uint8_t>(code);
      },
      x.code);
  return wire;
}

/// Whether the code is one that we have a name for.
template <class Code>
bool assign(problem& x, uint8_t code) {
  auto candidate = static_cast<Code>(code);
  if (to_string(candidate) == "unknown")
    return false;
  x.code = candidate;
  return true;
}

bool from_wire(wire_problem wire, problem& x) {
  switch (wire.kind) {
  case 0:
    x.code = std::monostate{};
    return true;
  case 1:
    return assign<errc>(x, wire.code);
  case 2:
    return assign<storage::errc>(x, wire.code);
  case 3:
    return assign<cluster::refusal>(x, wire.code);
  }
  return false;
}

} // namespace

caf::error inspect(caf::serializer& f, problem& x) {
  auto wire = to_wire(x);
  return f(wire.kind, wire.code, x.message);
}

caf::error inspect(caf::deserializer& f, problem& x) {
  wire_problem wire;
  if (auto failed = f(wire.kind, wire.code, x.message))
    return failed;
  if (!from_wire(wire, x))
    x.code = errc::internal;
  return caf::none;
}

caf::error inspect(caf::serializer& f, pull_outcome& x) {
  auto present = x.diverging.has_value();
  auto diverging = x.diverging.value_or(diverging_epoch{});
  return f(x.name, x.topic_id, x.fetch_offset, x.why, x.leader_epoch,
           x.high_watermark, x.log_start_offset, present, diverging);
}

caf::error inspect(caf::deserializer& f, pull_outcome& x) {
  bool present = false;
  diverging_epoch diverging;
  if (auto failed = f(x.name, x.topic_id, x.fetch_offset, x.why, x.leader_epoch,
                      x.high_watermark, x.log_start_offset, present, diverging))
    return failed;
  x.diverging.reset();
  if (present)
    x.diverging = diverging;
  return caf::none;
}

} // namespace troupe::actors
