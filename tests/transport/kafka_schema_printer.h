// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"
#include "kafka/wire_format.h"

#include <troupe/storage/types.h>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace troupe::kafka {

/// Visitor that prints one version of a described struct in the notation of
/// layouts.txt, without ranges. Defaults are read off the struct, which must
/// be default-constructed.
class schema_printer {
public:
  explicit schema_printer(int16_t version) : version_(version) {}

  template <class T>
  static std::string print(int16_t version) {
    schema_printer printer{version};
    T x;
    describe(printer, x);
    return printer.out_;
  }

  template <class T>
  void field(const char* name, T& x, field_rule rule = always) {
    if (rule.covers(version_))
      add(name, x, rule);
  }

  template <class T>
  void tagged(uint32_t tag, const char* name, T& x, field_rule rule,
              const std::type_identity_t<T>& initial = default_value<T>) {
    if (!rule.covers(version_))
      return;
    add(name, x, rule);
    out_ += " #" + std::to_string(tag);
    if (default_of(x) != default_of(initial))
      out_ += " (when absent" + default_of(initial) + ")";
  }

private:
  template <class T>
  void add(const char* name, const T& x, field_rule rule) {
    if (!out_.empty())
      out_ += "; ";
    out_ += std::string{name} + ':' + type_of(x);
    if (std::same_as<
            T, records_data> || (is_optional<T> && rule.nullable_at(version_)))
      out_ += '?';
    out_ += default_of(x);
  }

  template <class T>
  std::string type_of(const T&) const {
    if constexpr (std::same_as<T, bool>)
      return "bool";
    else if constexpr (std::integral<T>)
      return (std::is_signed_v<T> ? "i" : "u") + std::to_string(8 * sizeof(T));
    else if constexpr (std::same_as<T, std::string>)
      return "str";
    else if constexpr (std::same_as<T, storage::uuid>)
      return "uuid";
    else if constexpr (std::same_as<T, records_data>)
      return "records";
    else if constexpr (std::same_as<T, storage::buffer>)
      return "bytes";
    else if constexpr (is_optional<T>)
      return type_of(typename T::value_type{});
    else if constexpr (is_array<T>)
      return '[' + element_of(typename T::value_type{}) + ']';
    else
      return '{' + print<T>(version_) + '}';
  }

  /// A struct in an array has no braces of its own.
  template <class T>
  std::string element_of(const T& x) const {
    auto text = type_of(x);
    return text.front() == '{' ? text.substr(1, text.size() - 2) : text;
  }

  template <class T>
  static std::string default_of(const T& x) {
    if constexpr (std::same_as<T, bool>)
      return x ? "=true" : "";
    else if constexpr (std::integral<T>)
      return x == 0 ? "" : '=' + std::to_string(x);
    else if constexpr (std::same_as<T, std::string>)
      return x.empty() ? "" : '=' + x;
    else if constexpr (is_optional<T>)
      return x ? "=something" : "";
    else
      return "";
  }

  int16_t version_;
  std::string out_;
};

} // namespace troupe::kafka
