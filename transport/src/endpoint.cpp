// SPDX-License-Identifier: Apache-2.0
#include <troupe/transport/server.h>

#include <charconv>

namespace troupe::transport {

namespace {

tl::unexpected<storage::error> malformed(const std::string& text) {
  return failure(storage::errc::invalid_argument,
                 "'" + text + "' is not an endpoint: want host:port, "
                     + "[v6-address]:port or :port");
}

} // namespace

result<endpoint> parse_endpoint(const std::string& text) {
  auto colon = text.rfind(':');
  if (colon == std::string::npos)
    return malformed(text);
  std::string host = text.substr(0, colon);
  if (!host.empty() && host.front() == '[') {
    if (host.size() < 3 || host.back() != ']')
      return malformed(text);
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return malformed(text);
  }
  if (host.find_first_of("[] \t") != std::string::npos)
    return malformed(text);
  uint16_t port = 0;
  const char* first = text.data() + colon + 1;
  const char* last = text.data() + text.size();
  auto [end, error] = std::from_chars(first, last, port);
  if (error != std::errc{} || end != last)
    return malformed(text);
  return endpoint{std::move(host), port};
}

std::string to_string(const endpoint& x) {
  bool v6 = x.host.find(':') != std::string::npos;
  return (v6 ? "[" + x.host + "]" : x.host) + ":" + std::to_string(x.port);
}

} // namespace troupe::transport
