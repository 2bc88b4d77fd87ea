// SPDX-License-Identifier: Apache-2.0
#pragma once

#pragma GCC visibility push(default)

namespace troupe::storage::detail {

/// Prints the broken condition with its place to stderr and aborts.
[[noreturn]] void assertion_failed(const char* condition, const char* file,
                                   int line) noexcept;

} // namespace troupe::storage::detail

#pragma GCC visibility pop

/// A promise between pieces of our own code, checked in every build. Bytes
/// that come from outside never reach an ASSERT: they pass the decoder or the
/// batch validator first and fail with a `result`.
#define ASSERT(condition)                                                      \
  ((condition) ? static_cast<void>(0)                                          \
               : ::troupe::storage::detail::assertion_failed(                  \
                   #condition, __FILE__, __LINE__))
