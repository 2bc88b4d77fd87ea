// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/offsets_partition.h>

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace troupe::cluster;

TEST_CASE("offsets partition: it is the one that Kafka's tools compute") {
  // Java: Math.abs("...".hashCode()) % n
  CHECK(offsets_partition_for("", 50) == 0);
  CHECK(offsets_partition_for("a", 50) == 97 % 50);
  CHECK(offsets_partition_for("test", 50) == 3556498 % 50);
  CHECK(offsets_partition_for("hello world", 50) == 1794106052 % 50);
  CHECK(offsets_partition_for("test", 1) == 0);
  // "console-consumer" hashes to a number below zero.
  CHECK(offsets_partition_for("console-consumer", 50) == 648006740 % 50);
}

TEST_CASE("offsets partition: Java counts in UTF-16") {
  CHECK(offsets_partition_for("\xc3\xa4", 1000) == 0xe4);
  CHECK(offsets_partition_for("\xe2\x82\xac", 100000) == 0x20ac);
  // U+1F600: two surrogates, d83d de00.
  CHECK(offsets_partition_for("\xf0\x9f\x98\x80", 10000000)
        == 0xd83d * 31 + 0xde00);
}

TEST_CASE("offsets partition: the smallest hash has no absolute value") {
  // Java's "polygenelubricants".hashCode() is -2147483648.
  CHECK(offsets_partition_for("polygenelubricants", 50) == 0);
}

TEST_CASE("offsets partition: any bytes have one") {
  std::mt19937_64 random{3};
  for (int i = 0; i < 20000; ++i) {
    std::string id(random() % 12, ' ');
    for (auto& c : id)
      c = static_cast<char>(random());
    auto partition = offsets_partition_for(id, 50);
    CHECK(partition >= 0);
    CHECK(partition < 50);
  }
}
