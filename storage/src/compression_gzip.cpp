// SPDX-License-Identifier: Apache-2.0
#include "compression.h"

#include <zlib.h>

#include <algorithm>

namespace troupe::storage {

namespace {

/// Largest window, plus 16 for the gzip wrapping instead of zlib's.
constexpr int gzip_window = 15 + 16;
constexpr int memory_level = 8;
/// zlib counts with 32 bits.
constexpr size_t room_max = 1 << 30;

Bytef* input_of(std::span<const std::byte> bytes) {
  // zlib only reads it, but its struct says otherwise unless ZLIB_CONST is on.
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

/// An inflating stream that frees itself.
class inflater {
public:
  inflater() = default;
  inflater(const inflater&) = delete;
  inflater& operator=(const inflater&) = delete;
  ~inflater() {
    if (ready_)
      inflateEnd(&stream_);
  }

  bool open(std::span<const std::byte> packed) {
    stream_.next_in = input_of(packed);
    stream_.avail_in = static_cast<uInt>(packed.size());
    ready_ = inflateInit2(&stream_, gzip_window) == Z_OK;
    return ready_;
  }

  z_stream& stream() noexcept { return stream_; }

private:
  z_stream stream_{};
  bool ready_ = false;
};

} // namespace

result<std::vector<std::byte>> gzip(std::span<const std::byte> plain) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window,
                   memory_level, Z_DEFAULT_STRATEGY)
      != Z_OK)
    return compression_failed("gzip");
  std::vector<std::byte> packed(
      deflateBound(&stream, static_cast<uLong>(plain.size())));
  stream.next_in = input_of(plain);
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  auto status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END)
    return compression_failed("gzip");
  return packed;
}

result<void> gunzip(std::span<const std::byte> packed, bounded_output& to) {
  inflater inflating;
  if (!inflating.open(packed))
    return bad_compression("gzip");
  auto& stream = inflating.stream();
  for (;;) {
    auto room = to.room();
    room = room.first(std::min(room.size(), room_max));
    stream.next_out = reinterpret_cast<Bytef*>(room.data());
    stream.avail_out = static_cast<uInt>(room.size());
    auto status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END)
      return bad_compression("gzip");
    auto fits = to.wrote(room.size() - stream.avail_out);
    if (!fits)
      return fits;
    if (status == Z_OK)
      continue;
    if (stream.avail_in == 0)
      return {};
    // Writers may flush by beginning another member.
    if (inflateReset(&stream) != Z_OK)
      return bad_compression("gzip");
  }
}

} // namespace troupe::storage
