// SPDX-License-Identifier: Apache-2.0
#include "compression.h"

#include <lz4frame.h>

#include <memory>

namespace troupe::storage {

namespace {

using context =
    std::unique_ptr<LZ4F_dctx, decltype(&LZ4F_freeDecompressionContext)>;

} // namespace

result<std::vector<std::byte>> lz4(std::span<const std::byte> plain) {
  // Java's reader insists on independent blocks.
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.blockSizeID = LZ4F_max64KB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  std::vector<std::byte> packed(
      LZ4F_compressFrameBound(plain.size(), &preferences));
  auto size = LZ4F_compressFrame(packed.data(), packed.size(), plain.data(),
                                 plain.size(), &preferences);
  if (LZ4F_isError(size))
    return compression_failed("lz4");
  packed.resize(size);
  return packed;
}

result<void> unlz4(std::span<const std::byte> packed, bounded_output& to) {
  LZ4F_dctx* raw = nullptr;
  if (LZ4F_isError(LZ4F_createDecompressionContext(&raw, LZ4F_VERSION)))
    return bad_compression("lz4");
  context unpacking{raw, &LZ4F_freeDecompressionContext};
  // One frame after the other; the context starts over after each.
  size_t hint = 1;
  while (!packed.empty() || hint != 0) {
    auto room = to.room();
    auto written = room.size();
    auto consumed = packed.size();
    hint = LZ4F_decompress(unpacking.get(), room.data(), &written,
                           packed.data(), &consumed, nullptr);
    if (LZ4F_isError(hint))
      return bad_compression("lz4");
    if (auto fits = to.wrote(written); !fits)
      return fits;
    // No progress: the frame is cut off.
    if (hint != 0 && written == 0 && consumed == 0)
      return bad_compression("lz4");
    packed = packed.subspan(consumed);
  }
  return {};
}

} // namespace troupe::storage
