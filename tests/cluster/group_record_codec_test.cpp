// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/group_record_codec.h>

#include <doctest/doctest.h>

#include <random>
#include <span>
#include <string>
#include <string_view>

using namespace troupe;
using namespace troupe::cluster;

namespace {

using bytes = std::vector<std::byte>;

/// "00 0a 'abc'": hexadecimal bytes, and text between quotes.
bytes golden(std::string_view text) {
  bytes x;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
    } else if (text[i] == '\'') {
      for (++i; text[i] != '\''; ++i)
        x.push_back(static_cast<std::byte>(text[i]));
      ++i;
    } else {
      auto pair = std::string{text.substr(i, 2)};
      x.push_back(static_cast<std::byte>(std::stoi(pair, nullptr, 16)));
      i += 2;
    }
  }
  return x;
}

const auto offset_key = golden("0001 0005 'group' 0006 'orders' 00000003");
const auto group_key = golden("0002 0005 'group'");

offset_commit sample_commit() {
  return {"group", {"orders", 3}, 77, 5, "note", 1700000000000, -1};
}

group_metadata sample_group() {
  group_metadata x;
  x.group = "group";
  x.protocol_type = "consumer";
  x.generation = 4;
  x.protocol = "range";
  x.leader = "m1";
  x.current_state_timestamp = 1700000000000;
  x.members = {
      {"m1", "i1", "c", "/h", 60000, 10000, golden("aabb"), golden("cc")},
      {"m2", {}, "", "", 1, 2, {}, {}}};
  return x;
}

group_record decoded(const bytes& key, const bytes& value) {
  auto x = decode_group_record(key, std::span<const std::byte>{value});
  REQUIRE(x);
  return *x;
}

storage::errc fault(const bytes& key, const bytes& value) {
  auto x = decode_group_record(key, std::span<const std::byte>{value});
  REQUIRE_FALSE(x);
  return x.error().code;
}

} // namespace

TEST_CASE("group record: a commit has Kafka's bytes") {
  auto x = encode(sample_commit());
  CHECK(x.key == offset_key);
  CHECK(x.value
        == golden("0003 000000000000004d 00000005 0004 'note' "
                  "0000018bcfe56800"));
  CHECK(decoded(x.key, *x.value) == group_record{sample_commit()});
}

TEST_CASE("group record: a commit with an expiry is of version 1") {
  auto commit = sample_commit();
  commit.expire_timestamp = 1700000000001;
  auto x = encode(commit);
  CHECK(x.value
        == golden("0001 000000000000004d 0004 'note' 0000018bcfe56800 "
                  "0000018bcfe56801"));
  commit.leader_epoch = -1;
  CHECK(decoded(x.key, *x.value) == group_record{commit});
}

TEST_CASE("group record: commits of all versions are read") {
  auto commit = sample_commit();
  commit.leader_epoch = -1;
  auto tail = std::string{" 000000000000004d 0004 'note' 0000018bcfe56800"};
  CHECK(decoded(offset_key, golden("0000" + tail)) == group_record{commit});
  CHECK(decoded(offset_key, golden("0002" + tail)) == group_record{commit});
  auto old_key = offset_key;
  old_key[1] = std::byte{0};
  CHECK(decoded(old_key, golden("0002" + tail)) == group_record{commit});
}

TEST_CASE("group record: a group has Kafka's bytes") {
  auto x = encode(sample_group());
  CHECK(x.key == group_key);
  CHECK(x.value
        == golden("0003 0008 'consumer' 00000004 0005 'range' 0002 'm1' "
                  "0000018bcfe56800 00000002 "
                  "0002 'm1' 0002 'i1' 0001 'c' 0002 '/h' 0000ea60 00002710 "
                  "00000002 aabb 00000001 cc "
                  "0002 'm2' ffff 0000 0000 00000001 00000002 00000000 "
                  "00000000"));
  CHECK(decoded(x.key, *x.value) == group_record{sample_group()});
}

TEST_CASE("group record: groups of all versions are read") {
  auto group = sample_group();
  group.members = {{"m1", {}, "c", "/h", 0, 10000, golden("aa"), {}}};
  auto head = std::string{" 0008 'consumer' 00000004 0005 'range' 0002 'm1' "};
  auto member = std::string{"00000001 0002 'm1' 0001 'c' 0002 '/h' "};
  auto tail = std::string{"00002710 00000001 aa 00000000"};
  group.current_state_timestamp = -1;
  CHECK(decoded(group_key, golden("0000" + head + member + tail))
        == group_record{group});
  group.members[0].rebalance_timeout_ms = 60000;
  CHECK(decoded(group_key, golden("0001" + head + member + "0000ea60" + tail))
        == group_record{group});
  group.current_state_timestamp = 1700000000000;
  CHECK(decoded(group_key, golden("0002" + head + "0000018bcfe56800" + member
                                  + "0000ea60" + tail))
        == group_record{group});
}

TEST_CASE("group record: an empty group has neither protocol nor leader") {
  group_metadata group;
  group.group = "group";
  group.protocol_type = "consumer";
  group.generation = 5;
  auto x = encode(group);
  CHECK(x.value
        == golden("0003 0008 'consumer' 00000005 ffff ffff ffffffffffffffff "
                  "00000000"));
  CHECK(decoded(x.key, *x.value) == group_record{group});
}

TEST_CASE("group record: a tombstone has no value") {
  auto offset = encode(offset_removal{"group", {"orders", 3}});
  CHECK(offset.key == offset_key);
  CHECK_FALSE(offset.value);
  auto read = decode_group_record(offset.key, {});
  REQUIRE(read);
  CHECK(*read == group_record{offset_removal{"group", {"orders", 3}}});
  auto group = encode(group_removal{"group"});
  CHECK(group.key == group_key);
  CHECK_FALSE(group.value);
  read = decode_group_record(group.key, {});
  REQUIRE(read);
  CHECK(*read == group_record{group_removal{"group"}});
}

TEST_CASE("group record: keys can be made and told apart without a record") {
  CHECK(offset_commit_key("group", {"orders", 3}) == offset_key);
  CHECK(offset_commit_key_prefix("group") == golden("0001 0005 'group'"));
  CHECK(group_metadata_key("group") == group_key);
  CHECK(group_key_prefixes()
        == std::vector<bytes>{golden("0002"), golden("0003"), golden("0005"),
                              golden("0006"), golden("0007"), golden("0008")});
  CHECK(group_key_version(offset_key) == 1);
  CHECK(group_key_version(group_key) == 2);
  CHECK(group_key_version(golden("0008 00")) == 8);
  CHECK_FALSE(group_key_version(golden("00")));
}

TEST_CASE("group record: those of KIP-848 groups are read among the others") {
  group_record record{consumer_group_record{consumer_group_epoch{"g", 7, 9}}};
  auto x = encode(record);
  CHECK(x.key == golden("0003 0001 'g'"));
  CHECK(*decode_group_record(x.key, x.value) == record);
  group_record removal{consumer_group_record{
      consumer_record_removal{consumer_record_kind::member_current, "g", "m"}}};
  x = encode(removal);
  CHECK_FALSE(x.value);
  CHECK(*decode_group_record(x.key, {}) == removal);
}

TEST_CASE("group record: what others wrote is told from what is damaged") {
  using storage::errc;
  auto value = *encode(sample_commit()).value;
  CHECK(fault(golden("0004 0005 'group'"), value) == errc::unsupported_format);
  CHECK(fault(golden("0009 0005 'group'"), value) == errc::unsupported_format);
  CHECK(fault(golden("ffff"), value) == errc::unsupported_format);
  CHECK(fault({}, value) == errc::corrupt_log);
  CHECK(fault(offset_key, golden("0004 00")) == errc::unsupported_format);
  CHECK(fault(group_key, golden("0004 00")) == errc::unsupported_format);
  CHECK(fault(group_key, golden("ffff 00")) == errc::unsupported_format);
  CHECK(fault(golden("0002 ffff"), value) == errc::corrupt_log);
  CHECK(fault(golden("0002 fffe"), value) == errc::corrupt_log);
  CHECK(fault(group_key, golden("0003 0000 00000001 ffff ffff "
                                "0000000000000000 7fffffff"))
        == errc::corrupt_log);
  CHECK(fault(group_key, golden("0003 0000 00000001 ffff ffff "
                                "0000000000000000 ffffffff"))
        == errc::corrupt_log);
}

TEST_CASE("group record: every truncation and every addition is an error") {
  for (const auto& record :
       {group_record{sample_commit()}, group_record{sample_group()}}) {
    auto whole = encode(record);
    for (size_t size = 0; size < whole.value->size(); ++size) {
      bytes cut{whole.value->begin(),
                whole.value->begin() + static_cast<long>(size)};
      CHECK(fault(whole.key, cut) == storage::errc::corrupt_log);
    }
    for (size_t size = 0; size < whole.key.size(); ++size) {
      bytes cut{whole.key.begin(), whole.key.begin() + static_cast<long>(size)};
      CHECK(fault(cut, *whole.value) == storage::errc::corrupt_log);
    }
    auto longer = *whole.value;
    longer.push_back(std::byte{0});
    CHECK(fault(whole.key, longer) == storage::errc::corrupt_log);
  }
}

TEST_CASE("group record: random bytes decode to a value or to an error") {
  std::mt19937_64 random{11};
  size_t read_count = 0;
  for (int i = 0; i < 20000; ++i) {
    auto whole = encode(i % 2 == 0 ? group_record{sample_commit()}
                                   : group_record{sample_group()});
    auto& value = *whole.value;
    for (int flips = 0; flips < 3; ++flips)
      value[random() % value.size()] = static_cast<std::byte>(random());
    auto x = decode_group_record(whole.key, std::span<const std::byte>{value});
    if (!x)
      continue;
    ++read_count;
    auto again = encode(*x);
    auto second = decode_group_record(again.key,
                                      std::span<const std::byte>{*again.value});
    REQUIRE(second);
    CHECK(*second == *x);
  }
  CHECK(read_count > 0);
}
