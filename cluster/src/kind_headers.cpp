// SPDX-License-Identifier: Apache-2.0
#include <config_value.h>
#include <troupe/cluster/kind_headers.h>

#include <algorithm>
#include <limits>

namespace troupe::cluster {

namespace {

constexpr int64_t top = std::numeric_limits<int64_t>::max();

/// `x + y` without overflow; `y` is not negative.
int64_t later(int64_t x, int64_t y) noexcept {
  return x > 0 && y > top - x ? top : x + y;
}

/// Cuts the next part, up to `end`, off `text`; a whole number in canonical
/// form that is not negative.
std::optional<int64_t> next_number(std::string_view& text, char end) {
  auto part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  if (part.empty() || (part[0] == '0' && part.size() > 1)
      || part.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  return parse_integer(part);
}

std::optional<delivery_verdict> parse_verdict(std::string_view text) {
  if (text == "accept")
    return delivery_verdict::accept;
  if (text == "release")
    return delivery_verdict::release;
  if (text == "reject")
    return delivery_verdict::reject;
  return std::nullopt;
}

} // namespace

std::optional<std::string_view>
find_header(const storage::record_view& record, std::string_view name) {
  auto i = std::find_if(record.headers.rbegin(), record.headers.rend(),
                        [name](const auto& x) { return x.key == name; });
  if (i == record.headers.rend())
    return std::nullopt;
  return i->value.value_or(std::string_view{});
}

due_time due_of(const storage::record_view& record, int64_t delay_max_ms) {
  auto sent = std::max<timestamp_ms>(record.timestamp, 0);
  auto latest = later(sent, std::max<int64_t>(delay_max_ms, 0));
  due_time x{sent, {}};
  if (auto text = find_header(record, due_header)) {
    auto due = parse_integer(*text);
    if (!due)
      return {sent, "troupe.due.ms is not a whole number"};
    x.due_ms = std::max(*due, sent);
  } else if (auto delay_text = find_header(record, delay_header)) {
    auto delay = parse_integer(*delay_text);
    if (!delay)
      return {sent, "troupe.delay.ms is not a whole number"};
    x.due_ms = later(sent, std::max<int64_t>(*delay, 0));
  }
  if (x.due_ms > latest)
    return {latest, "due later than troupe.delay.max.ms allows"};
  return x;
}

priority_level level_of(const storage::record_view& record) {
  auto text = find_header(record, priority_header);
  if (!text)
    return {};
  auto level = parse_integer(*text);
  if (!level)
    return {priority_default, "troupe.priority is not a whole number"};
  return {static_cast<int32_t>(std::clamp<int64_t>(*level, 0, priority_top)),
          {}};
}

int64_t priority_rank(const storage::record_view& record, int64_t step) {
  // Offsets and steps are far from the ends of what 64 bits hold.
  return record.offset - level_of(record).level * step;
}

std::string to_string(const delivery_id& x) {
  return std::to_string(x.partition) + '-' + std::to_string(x.offset) + '-'
         + std::to_string(x.attempt);
}

std::optional<delivery_id> parse_delivery_id(std::string_view text) {
  constexpr int64_t int32_top = std::numeric_limits<int32_t>::max();
  if (std::count(text.begin(), text.end(), '-') != 2)
    return std::nullopt;
  auto partition = next_number(text, '-');
  auto offset = next_number(text, '-');
  auto attempt = next_number(text, '-');
  if (!partition || !offset || !attempt)
    return std::nullopt;
  if (*partition > int32_top || *attempt < 1 || *attempt > int32_top)
    return std::nullopt;
  return delivery_id{static_cast<int32_t>(*partition), *offset,
                     static_cast<int32_t>(*attempt)};
}

std::optional<acknowledgement>
parse_acknowledgement(const storage::record_view& record) {
  auto id = parse_delivery_id(trimmed(record.value.value_or("")));
  auto verdict = parse_verdict(
      trimmed(find_header(record, verdict_header).value_or("accept")));
  if (!id || !verdict)
    return std::nullopt;
  return acknowledgement{*id, *verdict};
}

} // namespace troupe::cluster
