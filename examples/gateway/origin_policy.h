// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {

/// Which web pages may use the gateway. Browsers say where a page came from
/// (`Origin`); other programs do not, and are not asked. Immutable.
class origin_policy {
public:
  /// Origins as browsers write them (`https://app.example`), or `*` for all.
  /// Empty: pages of the gateway's own address only.
  explicit origin_policy(std::vector<std::string> allowed);

  /// Whether a request is served; empty `origin`: it has none. `host` is where
  /// it was sent.
  bool admits(std::string_view origin, std::string_view host) const;

  /// What the answer needs so that the browser shows it to the page; nothing
  /// for origins that are not allowed.
  std::vector<std::pair<std::string, std::string>>
  headers_for(std::string_view origin) const;

  /// The browser's question before it sends what a form could not (OPTIONS).
  answer preflight(std::string_view origin) const;

private:
  bool allows(std::string_view origin) const;

  std::vector<std::string> allowed_;
  bool all_ = false;
};

} // namespace gateway
