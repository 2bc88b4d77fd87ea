// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/error.h>

#include <tl/expected.hpp>

#include <string>
#include <utility>

#pragma GCC visibility push(default)

namespace troupe {

/// A value or the reason why there is none. Never dropped, never thrown.
template <class T, class E = storage::error>
using result = tl::expected<T, E>;

/// The failing half of a `result`.
inline tl::unexpected<storage::error>
failure(storage::errc code, std::string message, int os_error = 0) {
  return tl::unexpected<storage::error>(
    storage::error{code, std::move(message), os_error});
}

/// Hands an error on unchanged.
inline tl::unexpected<storage::error> failure(storage::error x) {
  return tl::unexpected<storage::error>(std::move(x));
}

} // namespace troupe

#pragma GCC visibility pop
