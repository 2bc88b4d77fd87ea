// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/batch_rewrite.h>
#include <troupe/storage/buffer.h>
#include <troupe/storage/record_batch.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace troupe::actors {

/// What becomes of a batch while its records are looked at one after the other.
/// As long as all of them stay as they are nothing is encoded.
class revised_batch {
public:
  /// `batch` must outlive this; `header` is its own. It is unpacked to at most
  /// `unpacked_bytes_max`.
  revised_batch(std::span<const std::byte> batch,
                const storage::batch_header& header, size_t unpacked_bytes_max)
      : batch_(batch), header_(header),
        unpacked_bytes_max_(unpacked_bytes_max) {}

  /// The next record stays as it is.
  void keep(const storage::record_view& x);
  /// Something else takes its place.
  void replace(const storage::record_view& x);
  /// Nothing does.
  void drop();

  bool changed() const noexcept { return rewriter_.has_value(); }
  /// Encoded so far; 0 while nothing has changed.
  size_t bytes() const noexcept {
    return rewriter_ ? rewriter_->records_bytes() : 0;
  }

  /// When something has changed. Fails as `batch_rewriter::build` does.
  result<storage::buffer> build() const;

private:
  /// From now on records are encoded.
  void begin();

  std::span<const std::byte> batch_;
  storage::batch_header header_;
  size_t unpacked_bytes_max_;
  /// Records in front that stayed as they were.
  int32_t kept_ = 0;
  std::optional<storage::batch_rewriter> rewriter_;
};

} // namespace troupe::actors
