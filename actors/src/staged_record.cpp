// SPDX-License-Identifier: Apache-2.0
#include <troupe/actors/staged_record.h>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

namespace troupe {

namespace {

/// What keeping a part costs beside its bytes.
constexpr size_t kept_part_bytes = 128;

size_t size_of(const std::optional<std::string>& x) {
  return (x ? x->size() : 0) + kept_part_bytes;
}

} // namespace

std::optional<std::string_view>
staged_record::header(std::string_view name) const {
  for (const auto& x : view().headers | std::views::reverse)
    if (x.key == name)
      return x.value.value_or(std::string_view{});
  return std::nullopt;
}

bool staged_record::has_room(size_t bytes) {
  overflowed_ = overflowed_ || bytes > set_bytes_max - set_bytes_;
  if (!overflowed_)
    set_bytes_ += bytes;
  return !overflowed_;
}

storage::record_view& staged_record::edit() {
  if (!std::exchange(changed_, true))
    now_ = *original_;
  return now_;
}

std::optional<std::string_view>
staged_record::keep(std::optional<std::string> x) {
  if (!x)
    return std::nullopt;
  return owned_.emplace_back(std::move(*x));
}

void staged_record::set_key(std::optional<std::string> x) {
  if (has_room(size_of(x)))
    edit().key = keep(std::move(x));
}

void staged_record::set_value(std::optional<std::string> x) {
  if (has_room(size_of(x)))
    edit().value = keep(std::move(x));
}

void staged_record::set_header(std::string_view name,
                               std::optional<std::string> value) {
  if (!has_room(size_of(value) + name.size()))
    return;
  auto& headers = edit().headers;
  auto kept = keep(std::move(value));
  auto first = std::ranges::find(headers, name, &storage::record_field::key);
  if (first == headers.end()) {
    headers.push_back({owned_.emplace_back(name), kept});
    return;
  }
  first->value = kept;
  // `name` may be a view of one of those that go.
  auto key = first->key;
  headers.erase(std::remove_if(std::next(first), headers.end(),
                               [=](const auto& x) { return x.key == key; }),
                headers.end());
}

void staged_record::remove_header(std::string_view name) {
  auto named = [=](const storage::record_field& x) { return x.key == name; };
  if (std::ranges::any_of(view().headers, named))
    std::erase_if(edit().headers, named);
}

} // namespace troupe
