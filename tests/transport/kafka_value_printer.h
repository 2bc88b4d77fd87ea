// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"
#include "kafka/wire_format.h"

#include <troupe/storage/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace troupe::kafka {

/// Visitor that prints the values of all fields, whatever their versions: two
/// messages are equal when their texts are.
class value_printer {
public:
  template <class T>
  static std::string print(const T& x) {
    value_printer printer;
    describe(printer, x);
    return printer.out_;
  }

  template <class T>
  void field(const char* name, const T& x, field_rule = always) {
    out_ += std::string{name} + '=' + text_of(x) + ' ';
  }

  template <class T>
  void tagged(uint32_t, const char* name, const T& x, field_rule,
              const std::type_identity_t<T>& = default_value<T>) {
    field(name, x);
  }

private:
  template <class T>
  static std::string text_of(const T& x) {
    if constexpr (std::integral<T>)
      return std::to_string(x);
    else if constexpr (std::same_as<T, std::string>)
      return '"' + x + '"';
    else if constexpr (std::same_as<T, storage::uuid>)
      return to_string(x);
    else if constexpr (std::same_as<T, storage::buffer>)
      return '"'
             + std::string{reinterpret_cast<const char*>(x.data()), x.size()}
             + '"';
    else if constexpr (std::same_as<T, records_data>)
      return x.null ? "null" : text_of(x.bytes);
    else if constexpr (is_optional<T>)
      return x ? text_of(*x) : "null";
    else if constexpr (is_array<T>) {
      std::string out = "[";
      for (const auto& element : x)
        out += text_of(element) + ',';
      return out + ']';
    } else {
      return '{' + print(x) + '}';
    }
  }

  std::string out_;
};

} // namespace troupe::kafka
