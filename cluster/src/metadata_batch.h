// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>
#include <troupe/storage/record_batch.h>

#include <cstddef>
#include <optional>
#include <span>

namespace troupe::cluster {

/// One batch whose values are the records of `delta`, in order; keys are null.
/// `delta` must not be empty.
storage::buffer encode_batch(const metadata_delta& delta, offset_t base_offset,
                             leader_epoch_t epoch, timestamp_ms now);

/// The header of the batch that `bytes` begin with, if all of it is there and
/// its CRC is right.
std::optional<storage::batch_header>
whole_batch(std::span<const std::byte> bytes);

/// Appends the records of one batch, checked by `whole_batch`, to `delta`.
result<void>
decode_batch(std::span<const std::byte> batch, metadata_delta& delta);

} // namespace troupe::cluster
