// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/encoder.h"

#include <algorithm>
#include <cstddef>

namespace troupe::kafka {

/// The least that a `T` takes on the wire, at least 1: everything empty, as in
/// a default-constructed one.
template <class T>
size_t minimal_size(wire_format format) {
  if constexpr (number<T>)
    return sizeof(T);
  else if constexpr (std::same_as<T, storage::uuid>)
    return sizeof(T);
  else if constexpr (sized_bytes<T>)
    return 1;
  else {
    counting_sink counted;
    encoder{counted, format, null_records::allowed}.write_struct(T{});
    return std::max<size_t>(counted.total_bytes(), 1);
  }
}

} // namespace troupe::kafka
