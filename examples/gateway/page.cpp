// SPDX-License-Identifier: Apache-2.0
#include "page.h"

#include "byte_text.h"

#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace gateway {

namespace {

using nlohmann::ordered_json;
using bytes_or_none = std::optional<std::string_view>;

/// Beside the bytes of a record: names, numbers, quotes.
constexpr size_t record_bytes_extra = 128;

/// `name` for text, `name_base64` for what JSON cannot hold.
void put_bytes(ordered_json& into, std::string_view name, bytes_or_none x) {
  std::string key(name);
  if (!x)
    into[key] = nullptr;
  else if (is_utf8(*x))
    into[key] = *x;
  else
    into[key + "_base64"] = to_base64(*x);
}

std::string json_record(const troupe::storage::record_view& x) {
  ordered_json out;
  out["offset"] = x.offset;
  out["timestamp"] = x.timestamp;
  put_bytes(out, "key", x.key);
  put_bytes(out, "value", x.value);
  auto& headers = out["headers"] = ordered_json::array();
  for (const auto& header : x.headers) {
    ordered_json one;
    put_bytes(one, "key", header.key);
    put_bytes(one, "value", header.value);
    headers.push_back(std::move(one));
  }
  return out.dump();
}

template <class T>
void put_number(std::string& out, T x) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8)
    out += static_cast<char>(static_cast<uint64_t>(x) >> shift & 0xFF);
}

void put_field(std::string& out, bytes_or_none x) {
  put_number<int32_t>(out, x ? static_cast<int32_t>(x->size()) : -1);
  out += x.value_or(std::string_view{});
}

std::string binary_record(const troupe::storage::record_view& x) {
  std::string out;
  put_number<int64_t>(out, x.offset);
  put_number<int64_t>(out, x.timestamp);
  put_field(out, x.key);
  put_field(out, x.value);
  put_number<uint32_t>(out, static_cast<uint32_t>(x.headers.size()));
  for (const auto& header : x.headers) {
    put_field(out, header.key);
    put_field(out, header.value);
  }
  return out;
}

size_t size_of(const troupe::storage::record_view& x) {
  size_t bytes = x.key.value_or("").size() + x.value.value_or("").size();
  for (const auto& header : x.headers)
    bytes += header.key.size() + header.value.value_or("").size() + 32;
  return bytes + record_bytes_extra;
}

std::string begin_of(page_format format) {
  return format == page_format::json ? "{\"records\":[" : "";
}

/// Finishes what `begin_of` has begun.
void finish(page& x, page_format format) {
  if (format == page_format::binary)
    return;
  x.bytes += "],\"next_offset\":" + std::to_string(x.next_offset)
             + ",\"high_watermark\":"
             + (x.high_watermark ? std::to_string(*x.high_watermark) : "null")
             + "}";
}

} // namespace

outcome<page> encode_page(const troupe::records_block& block,
                          troupe::storage::offset_t from, page_format format,
                          const page_bounds& bounds) {
  page out;
  out.bytes = begin_of(format);
  out.next_offset = block.end_offset;
  out.block_end = block.end_offset;
  out.high_watermark = block.high_watermark;
  std::optional<refusal> too_large;
  auto read = block.for_each([&](const troupe::storage::record_view& x) {
    if (x.offset < from)
      return true;
    // The cheap question first: what is far too large is not encoded at all.
    bool fits = size_of(x) <= bounds.record_bytes_max;
    std::string record;
    if (fits)
      record = format == page_format::json ? json_record(x) : binary_record(x);
    fits = fits && record.size() <= bounds.record_bytes_max;
    bool full =
        out.records > 0
        && (!fits || out.bytes.size() + record.size() > bounds.page_bytes_max);
    if (full) {
      out.next_offset = x.offset;
      return false;
    }
    if (!fits) {
      too_large = refusal{413, troupe::kafka::error_code::message_too_large,
                          "the record at offset " + std::to_string(x.offset)
                              + " is larger than "
                              + std::to_string(bounds.record_bytes_max)
                              + " bytes when it is written out; go on behind "
                                "it"};
      return false;
    }
    if (format == page_format::json && out.records > 0)
      out.bytes += ',';
    out.bytes += record;
    ++out.records;
    return true;
  });
  if (too_large)
    return tl::unexpected(std::move(*too_large));
  if (!read)
    return tl::unexpected(to_refusal(troupe::actors::problem(read.error())));
  finish(out, format);
  return out;
}

page empty_page(troupe::storage::offset_t at, page_format format) {
  page out;
  out.bytes = begin_of(format);
  out.next_offset = at;
  out.high_watermark = at;
  out.block_end = at;
  finish(out, format);
  return out;
}

answer to_answer(page x, page_format format) {
  answer out;
  out.body = std::move(x.bytes);
  if (format == page_format::json)
    return out;
  out.content_type = binary_type;
  out.headers.emplace_back("Troupe-Next-Offset", std::to_string(x.next_offset));
  if (x.high_watermark)
    out.headers.emplace_back("Troupe-High-Watermark",
                             std::to_string(*x.high_watermark));
  return out;
}

} // namespace gateway
