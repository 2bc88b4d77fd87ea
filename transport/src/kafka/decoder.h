// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/field_rule.h"
#include "kafka/minimal_size.h"
#include "kafka/wire_reader.h"

#include <cstddef>
#include <type_traits>
#include <vector>

namespace troupe::kafka {

/// Visitor that fills in a default-constructed message from its wire form.
/// Fields that the version lacks keep their defaults.
class decoder {
public:
  decoder(wire_reader& in, wire_format format) : in_(in), format_(format) {}

  template <class T>
  void field(const char* name, T& x, field_rule rule = always) {
    if (!in_.ok() || !rule.covers(format_.version))
      return;
    in_.enter(name);
    read(x, rule.nullable_at(format_.version));
  }

  /// Tagged fields come after the others; `read_tags` looks them up.
  template <class T>
  void tagged(uint32_t, const char*, T&, field_rule,
              const std::type_identity_t<T>& = default_value<T>) noexcept {}

  template <class T>
  void read_struct(T& x) {
    describe(*this, x);
    if (format_.flexible)
      read_tags(x);
  }

private:
  /// Visitor that fills in the field with one tag and passes over the rest.
  struct tag_finder {
    decoder& parent;
    uint32_t wanted;
    bool found = false;

    template <class T>
    void field(const char*, T&, field_rule = always) noexcept {}

    template <class T>
    void tagged(uint32_t tag, const char* name, T& x, field_rule rule,
                const std::type_identity_t<T>& = default_value<T>) {
      if (tag != wanted || !rule.covers(parent.format_.version))
        return;
      found = true;
      parent.field(name, x, rule);
    }
  };

  template <class T>
  void read_tags(T& x) {
    auto count = in_.take_uvarint();
    int64_t last = -1;
    for (uint32_t i = 0; i < count && in_.ok(); ++i) {
      auto tag = in_.take_uvarint();
      auto size = size_t{in_.take_uvarint()};
      if (!in_.ok())
        return;
      if (tag <= last)
        return in_.fail("tags do not ascend");
      if (size > in_.bytes_left())
        return in_.fail("is longer than the bytes left");
      last = tag;
      auto former_end = in_.narrow(size);
      tag_finder finder{*this, tag};
      describe(finder, x);
      if (finder.found && in_.bytes_left() > 0)
        return in_.fail("tagged field has bytes left over");
      in_.widen(former_end);
    }
  }

  template <class T>
  void read(T& x, bool nullable) {
    if constexpr (number<T>)
      x = in_.take<T>();
    else if constexpr (std::same_as<T, storage::uuid>)
      x = in_.take_uuid();
    else if constexpr (std::same_as<T, records_data>)
      read_records(x);
    else if constexpr (sized_bytes<T>)
      in_.take_bytes(x, *take_length<T>(false));
    else if constexpr (is_array<T>)
      read_elements(x, *in_.take_count(false));
    else if constexpr (is_optional<T>)
      read_optional(x, nullable);
    else
      read_struct(x);
  }

  template <class T>
  std::optional<size_t> take_length(bool nullable) noexcept {
    if constexpr (std::same_as<T, std::string>)
      return in_.take_text_length(nullable);
    else
      return in_.take_data_length(nullable);
  }

  void read_records(records_data& x) {
    auto length = in_.take_data_length(true);
    x.null = !length;
    if (length)
      in_.take_bytes(x.bytes, *length);
  }

  template <class T>
  void read_optional(std::optional<T>& x, bool nullable) {
    x.reset();
    if constexpr (sized_bytes<T>) {
      if (auto length = take_length<T>(nullable))
        in_.take_bytes(x.emplace(), *length);
    } else if constexpr (is_array<T>) {
      if (auto count = in_.take_count(nullable))
        read_elements(x.emplace(), *count);
    } else {
      auto mark = in_.take<int8_t>();
      if (mark == 1)
        read_struct(x.emplace());
      else if (mark != -1)
        in_.fail("is neither null nor present");
    }
  }

  template <class T>
  void read_elements(std::vector<T>& xs, size_t count) {
    if (count == 0
        || !in_.admit_elements(count, minimal_size<T>(format_), sizeof(T)))
      return;
    xs.resize(count);
    for (auto& x : xs) {
      if (!in_.ok())
        return;
      read(x, false);
    }
  }

  wire_reader& in_;
  wire_format format_;
};

} // namespace troupe::kafka
