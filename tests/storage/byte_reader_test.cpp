// SPDX-License-Identifier: Apache-2.0
#include "storage/src/byte_reader.h"
#include "tests/storage/hex.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string_view>

using namespace troupe::storage;
using troupe::tests::from_hex;

TEST_CASE("byte reader: variable-length integers of the reference") {
  auto varint = [](std::string_view hex) {
    auto bytes = from_hex(hex);
    byte_reader in{bytes};
    auto value = in.varint();
    CHECK(in.left() == 0);
    CHECK(in.ok());
    return value;
  };
  CHECK(varint("00") == 0);
  CHECK(varint("01") == -1);
  CHECK(varint("02") == 1);
  CHECK(varint("7f") == -64);
  CHECK(varint("80 01") == 64);
  CHECK(varint("fe ff ff ff 0f") == std::numeric_limits<int32_t>::max());
  CHECK(varint("ff ff ff ff 0f") == std::numeric_limits<int32_t>::min());
  // Wasteful, but the same number.
  CHECK(varint("80 80 80 80 00") == 0);

  auto varlong = [](std::string_view hex) {
    auto bytes = from_hex(hex);
    byte_reader in{bytes};
    auto value = in.varlong();
    CHECK(in.ok());
    return value;
  };
  CHECK(varlong("80 a0 ab fe f9 62") == 1700000000000);
  CHECK(varlong("fe ff ff ff ff ff ff ff ff 01")
        == std::numeric_limits<int64_t>::max());
  CHECK(varlong("ff ff ff ff ff ff ff ff ff 01")
        == std::numeric_limits<int64_t>::min());
}

TEST_CASE("byte reader: too long or cut off integers fail for good") {
  auto is_refused = [](std::string_view hex, bool is_long) {
    auto bytes = from_hex(hex);
    byte_reader in{bytes};
    auto value = is_long ? in.varlong() : in.varint();
    CHECK(value == 0);
    CHECK(in.integer<int8_t>() == 0);
    return !in.ok() && in.left() == 0;
  };
  CHECK(is_refused("", false));
  CHECK(is_refused("80", false));
  CHECK(is_refused("ff ff ff ff 10", false));
  CHECK(is_refused("ff ff ff ff ff 01", false));
  CHECK(is_refused("80 80 80 80 80 00", false));
  CHECK(is_refused("ff ff ff ff ff ff ff ff ff", true));
  CHECK(is_refused("ff ff ff ff ff ff ff ff ff 02", true));
  CHECK(is_refused("ff ff ff ff ff ff ff ff ff ff 01", true));
}
