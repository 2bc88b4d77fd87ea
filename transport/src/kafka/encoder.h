// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kafka/counting_sink.h"
#include "kafka/field_rule.h"
#include "kafka/wire_format.h"

#include <troupe/storage/types.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

namespace troupe::kafka {

/// Records in memory up to this size are copied into the frame: a chunk of
/// their own would cost more than it saves.
inline constexpr size_t copied_records_bytes_max = 1024;

/// Whether records may be null on the wire; see `records_data::null`.
enum class null_records { allowed, become_empty };

/// Visitor that writes a message into a sink: `counting_sink` to learn its
/// size, `frame_builder` to write it.
template <class Sink>
class encoder {
public:
  encoder(Sink& out, wire_format format, null_records nulls)
      : out_(out), format_(format), nulls_(nulls) {}

  template <class T>
  void field(const char*, const T& x, field_rule rule = always) {
    if (rule.covers(format_.version))
      write(x, rule.nullable_at(format_.version));
  }

  /// Tagged fields come after the others; `write_tags` writes them.
  template <class T>
  void tagged(uint32_t, const char*, const T&, field_rule,
              const std::type_identity_t<T>& = default_value<T>) noexcept {}

  template <class T>
  void write_struct(const T& x) {
    describe(*this, x);
    if (format_.flexible)
      write_tags(x);
  }

private:
  template <class Other>
  friend class encoder;

  /// True when a tagged field is left out because readers know its value.
  template <class T>
  static bool equals_default(const T& x, const T& initial) {
    if constexpr (is_array<T>)
      return x.empty();
    else if constexpr (is_optional<T>)
      return !x.has_value();
    else
      return x == initial;
  }

  struct tag_counter {
    int16_t version;
    uint32_t count = 0;

    template <class T>
    void field(const char*, const T&, field_rule = always) noexcept {}

    template <class T>
    void tagged(uint32_t, const char*, const T& x, field_rule rule,
                const std::type_identity_t<T>& initial = default_value<T>) {
      if (rule.covers(version) && !equals_default(x, initial))
        ++count;
    }
  };

  struct tag_writer {
    encoder& parent;

    template <class T>
    void field(const char*, const T&, field_rule = always) noexcept {}

    template <class T>
    void tagged(uint32_t tag, const char*, const T& x, field_rule rule,
                const std::type_identity_t<T>& initial = default_value<T>) {
      if (!rule.covers(parent.format_.version) || equals_default(x, initial))
        return;
      counting_sink payload;
      encoder<counting_sink>{payload, parent.format_, parent.nulls_}.write(
          x, true);
      parent.out_.put_uvarint(tag);
      parent.out_.put_uvarint(static_cast<uint32_t>(payload.total_bytes()));
      parent.write(x, true);
    }
  };

  template <class T>
  void write_tags(const T& x) {
    tag_counter counter{format_.version};
    describe(counter, x);
    out_.put_uvarint(counter.count);
    if (counter.count == 0)
      return;
    tag_writer writer{*this};
    describe(writer, x);
  }

  template <class T>
  void write(const T& x, bool nullable) {
    if constexpr (number<T>)
      out_.put(x);
    else if constexpr (std::same_as<T, storage::uuid>)
      out_.put_bytes(std::as_bytes(std::span{x.bytes}));
    else if constexpr (std::same_as<T, std::string>)
      write_text(x);
    else if constexpr (std::same_as<T, storage::buffer>)
      write_data(x);
    else if constexpr (std::same_as<T, records_data>)
      write_records(x);
    else if constexpr (is_array<T>)
      write_array(x);
    else if constexpr (is_optional<T>)
      write_optional(x, nullable);
    else
      write_struct(x);
  }

  /// Classic lengths end at 32767; longer text (a sentence with something of
  /// the client's in it) is cut there rather than breaking the frame.
  void write_text(std::string_view x) {
    if (format_.flexible) {
      out_.put_uvarint(static_cast<uint32_t>(x.size() + 1));
    } else {
      x = x.substr(0, std::numeric_limits<int16_t>::max());
      out_.put(static_cast<int16_t>(x.size()));
    }
    out_.put_bytes(std::as_bytes(std::span{x}));
  }

  void write_count(size_t count) {
    if (format_.flexible)
      out_.put_uvarint(static_cast<uint32_t>(count + 1));
    else
      out_.put(static_cast<int32_t>(count));
  }

  void write_data(const storage::buffer& x) {
    write_count(x.size());
    if (x.size() <= copied_records_bytes_max)
      out_.put_bytes(x.bytes());
    else
      out_.put_outside(x);
  }

  void write_records(const records_data& x) {
    if (x.file) {
      write_count(x.file->size);
      if (x.file->size > 0)
        out_.put_outside(*x.file);
    } else if (x.null && nulls_ == null_records::allowed) {
      write_null_count();
    } else {
      write_data(x.bytes);
    }
  }

  template <class T>
  void write_array(const std::vector<T>& xs) {
    write_count(xs.size());
    for (const auto& x : xs)
      write(x, false);
  }

  /// Null where the version has none becomes empty.
  template <class T>
  void write_optional(const std::optional<T>& x, bool nullable) {
    constexpr bool plain = sized_bytes<T> || is_array<T>;
    if (!plain)
      out_.put(static_cast<int8_t>(x ? 1 : -1));
    if (x)
      write(*x, false);
    else if constexpr (plain) {
      if (!nullable)
        write(T{}, false);
      else if constexpr (std::same_as<T, std::string>)
        write_null_text();
      else
        write_null_count();
    }
  }

  void write_null_text() {
    if (format_.flexible)
      out_.put_uvarint(0);
    else
      out_.put(int16_t{-1});
  }

  void write_null_count() {
    if (format_.flexible)
      out_.put_uvarint(0);
    else
      out_.put(int32_t{-1});
  }

  Sink& out_;
  wire_format format_;
  null_records nulls_;
};

} // namespace troupe::kafka
