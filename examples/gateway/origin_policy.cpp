// SPDX-License-Identifier: Apache-2.0
#include "origin_policy.h"

#include "refusal.h"

#include <algorithm>

namespace gateway {

namespace {

/// Of names of hosts; the rest of an origin browsers write in lower case.
bool same_letters(std::string_view a, std::string_view b) {
  auto lower = [](char x) {
    return x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace

origin_policy::origin_policy(std::vector<std::string> allowed)
    : allowed_(std::move(allowed)) {
  all_ = std::ranges::find(allowed_, "*") != allowed_.end();
}

bool origin_policy::allows(std::string_view origin) const {
  return !origin.empty()
         && (all_ || std::ranges::find(allowed_, origin) != allowed_.end());
}

bool origin_policy::admits(std::string_view origin,
                           std::string_view host) const {
  if (origin.empty() || allows(origin))
    return true;
  for (std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme)
        && same_letters(origin.substr(scheme.size()), host))
      return true;
  return false;
}

std::vector<std::pair<std::string, std::string>>
origin_policy::headers_for(std::string_view origin) const {
  if (!allows(origin))
    return {};
  return {{"Access-Control-Allow-Origin", all_ ? "*" : std::string(origin)},
          {"Vary", "Origin"}};
}

answer origin_policy::preflight(std::string_view origin) const {
  if (!allows(origin))
    return to_answer(
        refusal{403, troupe::kafka::error_code::topic_authorization_failed,
                "web pages of this origin may not use the gateway"});
  answer out;
  out.status = 204;
  out.content_type.clear();
  out.headers = {{"Access-Control-Allow-Methods", "GET, POST"},
                 {"Access-Control-Allow-Headers", "Accept, Content-Type"},
                 {"Access-Control-Max-Age", "600"}};
  return out;
}

} // namespace gateway
