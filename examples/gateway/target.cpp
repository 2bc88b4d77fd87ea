// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "byte_text.h"

#include <troupe/actors/consumer_options.h>
#include <troupe/cluster/controller.h>

#include <charconv>
#include <initializer_list>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace gateway {

namespace {

using parameters = std::map<std::string, std::string, std::less<>>;

constexpr size_t page_bytes_default = 64 << 10;
constexpr uint32_t credit_default = 8;

tl::unexpected<refusal> no_such_path() {
  return bad_request(404, "the paths are /topics/T/records, "
                          "/topics/T/partitions/P/records and "
                          "/topics/T/partitions/P/stream");
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (;;) {
    auto end = text.find(at);
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos)
      return out;
    text.remove_prefix(end + 1);
  }
}

/// `known` are all names that there may be.
outcome<parameters> parse_query(std::string_view text,
                                std::initializer_list<std::string_view> known) {
  parameters out;
  if (text.empty())
    return out;
  for (auto part : split(text, '&')) {
    auto equals = part.find('=');
    auto name = part.substr(0, equals);
    bool expected = false;
    for (auto x : known)
      expected = expected || x == name;
    if (!expected || equals == std::string_view::npos)
      return bad_request("not a parameter of this path: "
                         + std::string(part.substr(0, 64)));
    auto value = percent_decoded(part.substr(equals + 1));
    if (!value)
      return bad_request(std::string(name) + " is not percent-encoded");
    if (!out.emplace(name, std::move(*value)).second)
      return bad_request(std::string(name) + " is there twice");
  }
  return out;
}

/// Decimal digits only, at most `most`.
std::optional<uint64_t> parse_number(std::string_view text, uint64_t most) {
  uint64_t out = 0;
  const auto* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc{} || at != end || out > most)
    return std::nullopt;
  return out;
}

outcome<uint64_t> number_of(const parameters& from, std::string_view name,
                            uint64_t otherwise, uint64_t least, uint64_t most) {
  auto found = from.find(name);
  if (found == from.end())
    return otherwise;
  auto number = parse_number(found->second, most);
  if (!number || *number < least)
    return bad_request(std::string(name) + " is a number from "
                       + std::to_string(least) + " to " + std::to_string(most));
  return *number;
}

outcome<troupe::storage::offset_t> offset_of(const parameters& from) {
  auto found = from.find("offset");
  if (found == from.end() || found->second == "earliest")
    return troupe::from_earliest;
  if (found->second == "latest")
    return troupe::from_latest;
  constexpr auto most = std::numeric_limits<int64_t>::max();
  auto number = parse_number(found->second, most);
  if (!number)
    return bad_request("offset is a number, earliest or latest");
  return static_cast<troupe::storage::offset_t>(*number);
}

outcome<std::string> topic_of(std::string_view segment) {
  auto name = percent_decoded(segment);
  if (!name || !troupe::cluster::valid_topic_name(*name))
    return tl::unexpected<refusal>(
        refusal{400, troupe::kafka::error_code::invalid_topic_exception,
                "a topic's name has 1 to 249 letters, digits, '.', '_', '-'"});
  return std::move(*name);
}

outcome<int32_t> partition_of(std::string_view text) {
  auto number = parse_number(text, std::numeric_limits<int32_t>::max());
  if (!number)
    return bad_request("a partition is a number");
  return static_cast<int32_t>(*number);
}

outcome<target> parse_append(std::string topic, std::string_view query) {
  auto given = parse_query(query, {"partition", "key"});
  if (!given)
    return tl::unexpected(given.error());
  append_target out;
  out.topic = std::move(topic);
  if (auto found = given->find("partition"); found != given->end()) {
    auto partition = partition_of(found->second);
    if (!partition)
      return tl::unexpected(partition.error());
    out.partition = *partition;
  }
  if (auto found = given->find("key"); found != given->end())
    out.key = std::move(found->second);
  return out;
}

outcome<target> parse_page(troupe::storage::topic_partition what,
                           std::string_view query,
                           const gateway_limits& bounds) {
  auto given = parse_query(query, {"offset", "max_bytes", "wait_ms"});
  if (!given)
    return tl::unexpected(given.error());
  auto offset = offset_of(*given);
  if (!offset)
    return tl::unexpected(offset.error());
  auto bytes = number_of(*given, "max_bytes",
                         std::min(page_bytes_default, bounds.page_bytes_max), 1,
                         bounds.page_bytes_max);
  if (!bytes)
    return tl::unexpected(bytes.error());
  auto wait = number_of(*given, "wait_ms", 0, 0,
                        static_cast<uint64_t>(bounds.wait_max.count()));
  if (!wait)
    return tl::unexpected(wait.error());
  return page_target{std::move(what), *offset, *bytes,
                     std::chrono::milliseconds(*wait)};
}

outcome<target> parse_stream(troupe::storage::topic_partition what,
                             std::string_view query,
                             const gateway_limits& bounds) {
  auto given = parse_query(query, {"offset", "format", "credit"});
  if (!given)
    return tl::unexpected(given.error());
  auto offset = offset_of(*given);
  if (!offset)
    return tl::unexpected(offset.error());
  auto credit =
      number_of(*given, "credit", std::min(credit_default, bounds.credit_max),
                0, bounds.credit_max);
  if (!credit)
    return tl::unexpected(credit.error());
  stream_target out{std::move(what), *offset, page_format::json,
                    static_cast<uint32_t>(*credit)};
  if (auto found = given->find("format"); found != given->end()) {
    if (found->second != "json" && found->second != "binary")
      return bad_request("format is json or binary");
    if (found->second == "binary")
      out.format = page_format::binary;
  }
  return out;
}

} // namespace

outcome<target>
parse_target(std::string_view text, const gateway_limits& bounds) {
  auto path = text.substr(0, text.find('?'));
  auto query = path.size() < text.size() ? text.substr(path.size() + 1)
                                         : std::string_view{};
  auto segments = split(path, '/');
  if (segments.size() < 4 || !segments[0].empty() || segments[1] != "topics")
    return no_such_path();
  bool appends = segments.size() == 4 && segments[3] == "records";
  bool reads = segments.size() == 6 && segments[3] == "partitions"
               && (segments[5] == "records" || segments[5] == "stream");
  if (!appends && !reads)
    return no_such_path();
  auto topic = topic_of(segments[2]);
  if (!topic)
    return tl::unexpected(topic.error());
  if (appends)
    return parse_append(std::move(*topic), query);
  auto partition = partition_of(segments[4]);
  if (!partition)
    return tl::unexpected(partition.error());
  troupe::storage::topic_partition what{std::move(*topic), *partition};
  return segments[5] == "records"
             ? parse_page(std::move(what), query, bounds)
             : parse_stream(std::move(what), query, bounds);
}

std::string_view method_of(const target& x) {
  return std::holds_alternative<append_target>(x) ? "POST" : "GET";
}

} // namespace gateway
