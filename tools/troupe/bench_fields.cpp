// SPDX-License-Identifier: Apache-2.0
#include "bench_fields.h"

namespace troupe::bench {

void append(std::vector<std::byte>& to, std::string_view text) {
  append(to, static_cast<int16_t>(text.size()));
  for (auto c : text)
    to.push_back(static_cast<std::byte>(c));
}

std::vector<std::byte> begin_request(int16_t key, int16_t version) {
  std::vector<std::byte> bytes;
  append(bytes, int32_t{0});
  append(bytes, key);
  append(bytes, version);
  append(bytes, int32_t{0});
  append(bytes, std::string_view("troupe-bench"));
  return bytes;
}

void put_size(std::vector<std::byte>& bytes) {
  put(bytes.data(), static_cast<int32_t>(bytes.size() - sizeof(int32_t)));
}

std::span<const std::byte> field_reader::take(size_t size) {
  if (size > bytes_.size()) {
    complete_ = false;
    bytes_ = {};
    return {};
  }
  auto taken = bytes_.first(size);
  bytes_ = bytes_.subspan(size);
  return taken;
}

size_t field_reader::length(int32_t x) {
  if (x < -1)
    complete_ = false;
  return x < 0 ? 0 : static_cast<size_t>(x);
}

} // namespace troupe::bench
