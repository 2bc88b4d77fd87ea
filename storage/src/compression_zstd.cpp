// SPDX-License-Identifier: Apache-2.0
#include "compression.h"

#include <zstd.h>

#include <memory>

namespace troupe::storage {

namespace {

/// A stream may ask for a window of 128 MiB (level 22 without a known size
/// does), as Kafka's clients accept. Only what is really written of it costs
/// memory, and that the output's bound limits.
constexpr int window_log_max = 27;

using context = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;

} // namespace

result<std::vector<std::byte>> zstd(std::span<const std::byte> plain) {
  std::vector<std::byte> packed(ZSTD_compressBound(plain.size()));
  auto size = ZSTD_compress(packed.data(), packed.size(), plain.data(),
                            plain.size(), ZSTD_CLEVEL_DEFAULT);
  if (ZSTD_isError(size))
    return compression_failed("zstd");
  packed.resize(size);
  return packed;
}

result<void> unzstd(std::span<const std::byte> packed, bounded_output& to) {
  context unpacking{ZSTD_createDCtx(), &ZSTD_freeDCtx};
  if (!unpacking
      || ZSTD_isError(ZSTD_DCtx_setParameter(
          unpacking.get(), ZSTD_d_windowLogMax, window_log_max)))
    return bad_compression("zstd");
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  // One frame after the other; 0 says that one is complete.
  size_t hint = 1;
  while (in.pos < in.size || hint != 0) {
    auto room = to.room();
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    auto consumed_before = in.pos;
    hint = ZSTD_decompressStream(unpacking.get(), &out, &in);
    if (ZSTD_isError(hint))
      return bad_compression("zstd");
    if (auto fits = to.wrote(out.pos); !fits)
      return fits;
    // No progress: the frame is cut off.
    if (hint != 0 && out.pos == 0 && in.pos == consumed_before)
      return bad_compression("zstd");
  }
  return {};
}

} // namespace troupe::storage
