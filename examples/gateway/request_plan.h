// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"
#include "gateway_options.h"
#include "origin_policy.h"
#include "page.h"
#include "target.h"

#include <string_view>
#include <variant>

namespace gateway {

/// What of a request decides what is done; views into it, empty: not there.
struct request_head {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view origin;
  std::string_view content_type;
  std::string_view accept;
  /// It asks to become a WebSocket.
  bool upgrade = false;
};

/// Append the body.
struct append_plan {
  append_target to;
  /// Otherwise it is the value of one record.
  bool json = true;
};

/// Read a page.
struct page_plan {
  page_target from;
  page_format format = page_format::json;
};

/// Become a WebSocket.
struct stream_plan {
  stream_target from;
};

/// Made before the body is read; an answer needs no body and nobody else.
using request_plan = std::variant<answer, append_plan, page_plan, stream_plan>;

request_plan plan_request(const request_head& head,
                          const origin_policy& origins,
                          const gateway_limits& bounds);

} // namespace gateway
