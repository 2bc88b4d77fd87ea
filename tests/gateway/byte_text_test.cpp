// SPDX-License-Identifier: Apache-2.0
#include <byte_text.h>

#include <doctest/doctest.h>

#include <string>

using namespace gateway;
using namespace std::string_literals;

TEST_CASE("gateway: text is told from bytes as Unicode says") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain\0text"s));
  CHECK(is_utf8("\xC2\x80 \xE2\x82\xAC \xF0\x9F\x98\x80 \xF4\x8F\xBF\xBF"));
  // The edges of surrogates.
  CHECK(is_utf8("\xED\x9F\xBF\xEE\x80\x80"));
  for (auto bad :
       {"\x80"s, "\xC0\x80"s, "\xC1\xBF"s, "\xE0\x9F\xBF"s, "\xED\xA0\x80"s,
        "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s,
        "\xE2\x82"s, "\xE2\x28\xA1"s, "\xF0\x9F\x98"s, "a\xC2"s})
    CHECK_FALSE(is_utf8(bad));
}

TEST_CASE("gateway: base64 goes there and back, for every length") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  std::string bytes;
  for (int i = 0; i < 600; ++i) {
    CHECK(from_base64(to_base64(bytes)) == bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST_CASE("gateway: what is not quite base64 is refused") {
  for (auto bad : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v=", "Zm 9",
                   "Zm9-", "Zg=v", "=Zg=", "Zh==", "Zm9=", "Zg==Zg=="})
    CHECK_FALSE(from_base64(bad));
}

TEST_CASE("gateway: percent-encoding is undone once") {
  CHECK(percent_decoded("a+b") == "a+b");
  CHECK(percent_decoded("%41%7a%7A") == "Azz");
  CHECK(percent_decoded("%2541") == "%41");
  CHECK(percent_decoded("%00") == "\0"s);
  for (auto bad : {"%", "%4", "a%", "%4g", "%-1", "% 1"})
    CHECK_FALSE(percent_decoded(bad));
}
