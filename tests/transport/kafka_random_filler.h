// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"
#include "kafka/wire_format.h"

#include <troupe/storage/types.h>

#include <cstdint>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace troupe::kafka {

/// Visitor that fills the fields of one version with random values; the others
/// keep their defaults.
class random_filler {
public:
  random_filler(uint64_t seed, int16_t version, bool null_records_allowed)
      : random_(seed), version_(version),
        null_records_allowed_(null_records_allowed) {}

  template <class T>
  void field(const char*, T& x, field_rule rule = always) {
    if (rule.covers(version_))
      fill(x, rule.nullable_at(version_));
  }

  template <class T>
  void tagged(uint32_t, const char*, T& x, field_rule rule,
              const std::type_identity_t<T>& = default_value<T>) {
    if (rule.covers(version_) && below(2) == 0)
      fill(x, true);
  }

private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }

  template <class T>
  void fill(T& x, bool nullable) {
    if constexpr (std::same_as<T, bool>)
      x = below(2) == 1;
    else if constexpr (std::integral<T>)
      x = static_cast<T>(random_());
    else if constexpr (std::same_as<T, std::string>)
      fill_text(x);
    else if constexpr (std::same_as<T, storage::uuid>)
      for (auto& byte : x.bytes)
        byte = static_cast<uint8_t>(random_());
    else if constexpr (std::same_as<T, storage::buffer>)
      fill_bytes(x);
    else if constexpr (std::same_as<T, records_data>)
      fill_records(x);
    else if constexpr (is_optional<T>) {
      if (!nullable || below(3) > 0)
        fill(x.emplace(), false);
    } else if constexpr (is_array<T>) {
      x.resize(below(4));
      for (auto& element : x)
        fill(element, false);
    } else {
      describe(*this, x);
    }
  }

  void fill_text(std::string& x) {
    x.resize(below(40) == 0 ? 200 + below(200) : below(20));
    for (auto& c : x)
      c = static_cast<char>(random_());
  }

  void fill_records(records_data& x) {
    if (null_records_allowed_ && below(5) == 0) {
      x.null = true;
      return;
    }
    fill_bytes(x.bytes);
  }

  void fill_bytes(storage::buffer& x) {
    std::string bytes(below(10) == 0 ? 1000 + below(1000) : below(50), '\0');
    for (auto& c : bytes)
      c = static_cast<char>(random_());
    x = storage::buffer::copy_of(bytes);
  }

  std::mt19937_64 random_;
  int16_t version_;
  bool null_records_allowed_;
};

} // namespace troupe::kafka
