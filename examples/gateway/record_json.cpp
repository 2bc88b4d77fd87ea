// SPDX-License-Identifier: Apache-2.0
#include "record_json.h"

#include "bounded_json.h"
#include "byte_text.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <utility>

namespace gateway {

namespace {

using nlohmann::json;
using field_bytes = std::optional<std::string>;

/// A record's sentence begins with its place.
tl::unexpected<refusal> at_record(size_t index, refusal why) {
  why.message = "record " + std::to_string(index) + ": " + why.message;
  return tl::unexpected(std::move(why));
}

outcome<void>
expect_fields(const json& x, std::initializer_list<std::string_view> known) {
  if (!x.is_object())
    return bad_request("an object was expected");
  for (const auto& [name, value] : x.items()) {
    bool found = false;
    for (auto one : known)
      found = found || one == name;
    if (!found)
      return bad_request("no such field: " + name.substr(0, 64));
  }
  return {};
}

/// `name` or `name_base64`; none: neither is there, or null.
outcome<field_bytes> bytes_of(const json& x, const std::string& name) {
  auto text = x.find(name);
  auto coded = x.find(name + "_base64");
  if (text != x.end() && coded != x.end())
    return bad_request(name + " is there twice");
  if (coded != x.end()) {
    auto bytes = coded->is_string()
                     ? from_base64(coded->get_ref<const std::string&>())
                     : std::nullopt;
    if (!bytes)
      return bad_request(name + "_base64 is not base64");
    return field_bytes(std::move(*bytes));
  }
  if (text == x.end() || text->is_null())
    return field_bytes();
  if (!text->is_string())
    return bad_request(name + " is a string or null");
  return field_bytes(text->get<std::string>());
}

/// A whole number from 0 to `most`.
outcome<std::optional<int64_t>>
number_of(const json& x, const char* name, int64_t most) {
  auto found = x.find(name);
  if (found == x.end())
    return std::optional<int64_t>();
  // Larger ones than an i64 are unsigned, or floating.
  if (!found->is_number_unsigned()
      || found->get<uint64_t>() > static_cast<uint64_t>(most))
    return bad_request(std::string(name) + " is a whole number from 0 to "
                       + std::to_string(most));
  return std::optional(static_cast<int64_t>(found->get<uint64_t>()));
}

outcome<void> read_headers(const json& x, troupe::outgoing_record& into) {
  auto found = x.find("headers");
  if (found == x.end())
    return {};
  if (!found->is_array())
    return bad_request("headers is an array of {key, value}");
  for (const auto& header : *found) {
    auto fine =
        expect_fields(header, {"key", "key_base64", "value", "value_base64"});
    if (!fine)
      return fine;
    auto key = bytes_of(header, "key");
    if (!key)
      return tl::unexpected(key.error());
    auto value = bytes_of(header, "value");
    if (!value)
      return tl::unexpected(value.error());
    if (!*key)
      return bad_request("a header has a key");
    into.headers.emplace_back(std::move(**key), std::move(*value));
  }
  return {};
}

outcome<troupe::outgoing_record> record_of(const json& x) {
  auto fine = expect_fields(x, {"partition", "key", "key_base64", "value",
                                "value_base64", "headers", "timestamp"});
  if (!fine)
    return tl::unexpected(fine.error());
  troupe::outgoing_record out;
  auto partition =
      number_of(x, "partition", std::numeric_limits<int32_t>::max());
  if (!partition)
    return tl::unexpected(partition.error());
  if (*partition)
    out.partition = static_cast<int32_t>(**partition);
  auto timestamp =
      number_of(x, "timestamp", std::numeric_limits<int64_t>::max());
  if (!timestamp)
    return tl::unexpected(timestamp.error());
  out.timestamp = *timestamp;
  auto key = bytes_of(x, "key");
  if (!key)
    return tl::unexpected(key.error());
  out.key = std::move(*key);
  auto value = bytes_of(x, "value");
  if (!value)
    return tl::unexpected(value.error());
  out.value = std::move(*value);
  if (auto read = read_headers(x, out); !read)
    return tl::unexpected(read.error());
  return out;
}

} // namespace

outcome<std::vector<troupe::outgoing_record>>
records_of(const json& tree, const std::string& topic,
           const gateway_limits& bounds) {
  if (auto fine = expect_fields(tree, {"records"}); !fine)
    return tl::unexpected(fine.error());
  auto found = tree.find("records");
  if (found == tree.end() || !found->is_array() || found->empty())
    return bad_request("records is an array with at least one record");
  if (found->size() > bounds.records_per_request_max)
    return bad_request(413,
                       "there are more records than "
                           + std::to_string(bounds.records_per_request_max));
  std::vector<troupe::outgoing_record> out;
  out.reserve(found->size());
  for (const auto& x : *found) {
    auto record = record_of(x);
    if (!record)
      return at_record(out.size(), std::move(record.error()));
    record->topic = topic;
    out.push_back(std::move(*record));
  }
  return out;
}

outcome<std::vector<troupe::outgoing_record>>
decode_records(std::string_view text, const std::string& topic,
               const gateway_limits& bounds) {
  auto tree = parse_json(text, bounds_of_records(bounds));
  if (!tree)
    return tl::unexpected(tree.error());
  return records_of(*tree, topic, bounds);
}

} // namespace gateway
