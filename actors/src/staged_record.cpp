// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/staged_record.h>

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

namespace troupe {

std::optional<std::string_view>
staged_record::header(std::string_view name) const {
  for (const auto& x : now_.headers | std::views::reverse)
    if (x.key == name)
      return x.value.value_or(std::string_view{});
  return std::nullopt;
}

std::optional<std::string_view>
staged_record::keep(std::optional<std::string> x) {
  changed_ = true;
  if (!x)
    return std::nullopt;
  return owned_.emplace_back(std::move(*x));
}

void staged_record::set_key(std::optional<std::string> x) {
  now_.key = keep(std::move(x));
}

void staged_record::set_value(std::optional<std::string> x) {
  now_.value = keep(std::move(x));
}

void staged_record::set_header(std::string_view name,
                               std::optional<std::string> value) {
  auto kept = keep(std::move(value));
  auto first =
      std::ranges::find(now_.headers, name, &storage::record_field::key);
  if (first == now_.headers.end()) {
    now_.headers.push_back({owned_.emplace_back(name), kept});
    return;
  }
  first->value = kept;
  // `name` may be a view of one of those that go.
  auto key = first->key;
  now_.headers.erase(
      std::remove_if(std::next(first), now_.headers.end(),
                     [=](const auto& x) { return x.key == key; }),
      now_.headers.end());
}

void staged_record::remove_header(std::string_view name) {
  auto gone =
      std::erase_if(now_.headers, [=](const auto& x) { return x.key == name; });
  changed_ = changed_ || gone > 0;
}

} // namespace troupe
