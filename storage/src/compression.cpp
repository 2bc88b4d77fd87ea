// SPDX-License-Identifier: Apache-2.0
#include "compression.h"

#include <troupe/storage/record_batch.h>

#include <algorithm>
#include <limits>
#include <string>

namespace troupe::storage {

namespace {

constexpr size_t first_room_max = 1 << 20;
constexpr size_t room_min = 4096;

size_t saturating_sum(size_t x, size_t y) {
  return x > std::numeric_limits<size_t>::max() - y
             ? std::numeric_limits<size_t>::max()
             : x + y;
}

tl::unexpected<error> unknown_codec(codec x) {
  return failure(errc::unsupported_compression,
                 "unknown codec " + std::to_string(static_cast<int>(x)));
}

result<void>
unpack(codec with, std::span<const std::byte> packed, bounded_output& to) {
  switch (with) {
  case codec::none:
    break;
  case codec::gzip:
    return gunzip(packed, to);
  case codec::snappy:
    return unsnappy(packed, to);
  case codec::lz4:
    return unlz4(packed, to);
  case codec::zstd:
    return unzstd(packed, to);
  }
  return unknown_codec(with);
}

} // namespace

bounded_output::bounded_output(size_t expected, size_t bytes_max)
    : bytes_max_(bytes_max) {
  bytes_.resize(std::min({std::max(expected, room_min), first_room_max,
                          saturating_sum(bytes_max, 1)}));
}

std::span<std::byte> bounded_output::room() {
  if (size_ == bytes_.size())
    bytes_.resize(std::min(saturating_sum(size_, std::max(size_, room_min)),
                           saturating_sum(bytes_max_, 1)));
  return std::span{bytes_}.subspan(size_);
}

result<void> bounded_output::wrote(size_t size) {
  size_ += size;
  if (size_ > bytes_max_)
    return failure(errc::batch_too_large, "decompress: more than "
                                              + std::to_string(bytes_max_)
                                              + " bytes");
  return {};
}

std::vector<std::byte> bounded_output::take() && {
  bytes_.resize(size_);
  return std::move(bytes_);
}

tl::unexpected<error> bad_compression(const char* codec_name) {
  return failure(errc::corrupt_batch,
                 std::string{"decompress: not valid "} + codec_name);
}

tl::unexpected<error> compression_failed(const char* codec_name) {
  return failure(errc::io, std::string{"compress: "} + codec_name + " failed");
}

result<std::vector<std::byte>>
compress(codec with, std::span<const std::byte> plain) {
  // No batch can hold more, and some of the libraries count with ints.
  if (plain.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return failure(errc::batch_too_large, "compress: more than 2 GiB");
  switch (with) {
  case codec::none:
    return std::vector<std::byte>(plain.begin(), plain.end());
  case codec::gzip:
    return gzip(plain);
  case codec::snappy:
    return snappy(plain);
  case codec::lz4:
    return lz4(plain);
  case codec::zstd:
    return zstd(plain);
  }
  return unknown_codec(with);
}

result<std::vector<std::byte>>
decompress(codec with, std::span<const std::byte> packed, size_t bytes_max) {
  if (packed.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    return failure(errc::batch_too_large, "decompress: more than 2 GiB");
  if (with == codec::none) {
    if (packed.size() > bytes_max)
      return failure(errc::batch_too_large, "decompress: more than "
                                                + std::to_string(bytes_max)
                                                + " bytes");
    return std::vector<std::byte>(packed.begin(), packed.end());
  }
  bounded_output to{packed.size() * 4, bytes_max};
  if (packed.empty() && with <= codec::zstd)
    return bad_compression("compressed records: there are none");
  if (auto done = unpack(with, packed, to); !done)
    return failure(std::move(done).error());
  return std::move(to).take();
}

} // namespace troupe::storage
