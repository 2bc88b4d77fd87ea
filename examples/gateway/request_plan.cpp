// SPDX-License-Identifier: Apache-2.0
#include "request_plan.h"

#include "refusal.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace gateway {

namespace {

answer refuse(unsigned status, std::string message) {
  return to_answer(bad_request(status, std::move(message)).value());
}

/// The part before parameters (`;charset=utf-8`), in lower case.
std::string media_type(std::string_view text) {
  std::string out(text.substr(0, text.find(';')));
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  while (!out.empty() && out.front() == ' ')
    out.erase(0, 1);
  std::ranges::transform(out, out.begin(), [](char x) {
    return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
  });
  return out;
}

/// The first that we have of a list of types; weights are not looked at.
std::optional<page_format> format_of(std::string_view accept) {
  if (accept.empty())
    return page_format::json;
  while (!accept.empty()) {
    auto one = media_type(accept.substr(0, accept.find(',')));
    if (one == binary_type)
      return page_format::binary;
    if (one == json_type || one == "*/*" || one == "application/*")
      return page_format::json;
    auto comma = accept.find(',');
    accept.remove_prefix(std::min(comma, accept.size() - 1) + 1);
  }
  return std::nullopt;
}

request_plan plan(append_target x, const request_head& head) {
  auto type = media_type(head.content_type);
  if (type == json_type)
    return append_plan{std::move(x), true};
  if (type == binary_type)
    return append_plan{std::move(x), false};
  // Other types, and none, a web page may send without being asked first.
  return refuse(415, "Content-Type is application/json or "
                     "application/octet-stream");
}

request_plan plan(page_target x, const request_head& head) {
  auto format = format_of(head.accept);
  if (!format)
    return refuse(406, "there is application/json and "
                       "application/octet-stream");
  return page_plan{std::move(x), *format};
}

request_plan plan(stream_target x, const request_head& head) {
  if (head.upgrade)
    return stream_plan{std::move(x)};
  auto out = refuse(426, "this path is a WebSocket");
  out.headers.emplace_back("Upgrade", "websocket");
  return out;
}

} // namespace

request_plan plan_request(const request_head& head,
                          const origin_policy& origins,
                          const gateway_limits& bounds) {
  if (!origins.admits(head.origin, head.host))
    return origins.preflight(head.origin);
  auto found = parse_target(head.target, bounds);
  if (!found)
    return to_answer(found.error());
  if (head.method == "OPTIONS" && !head.origin.empty())
    return origins.preflight(head.origin);
  if (head.method != method_of(*found)) {
    auto out =
        refuse(405, "this path is for " + std::string(method_of(*found)));
    out.headers.emplace_back("Allow", method_of(*found));
    return out;
  }
  return std::visit([&](auto& x) { return plan(std::move(x), head); }, *found);
}

} // namespace gateway
