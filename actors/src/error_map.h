// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/problem.h>
#include <troupe/cluster/group_error.h>
#include <troupe/transport/kafka/error_code.h>

#include <cstdint>

namespace caf {
class error;
}

namespace troupe::actors {

/// The one place where our reasons become Kafka's codes. Switches without
/// `default`: a reason without a code does not compile.
kafka::error_code to_kafka(errc x) noexcept;
kafka::error_code to_kafka(storage::errc x) noexcept;
kafka::error_code to_kafka(cluster::refusal x) noexcept;
kafka::error_code to_kafka(cluster::group_error x) noexcept;
kafka::error_code to_kafka(const problem& x) noexcept;

/// As the i16 that wire structs hold.
template <class T>
int16_t wire_code(const T& x) noexcept {
  return static_cast<int16_t>(to_kafka(x));
}

inline int16_t wire_code(kafka::error_code x) noexcept {
  return static_cast<int16_t>(x);
}

/// A request to another actor failed: timed out, receiver gone.
problem to_problem(const caf::error& x);

} // namespace troupe::actors
