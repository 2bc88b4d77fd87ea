// SPDX-License-Identifier: Apache-2.0
#include <troupe/cluster/quorum_messages.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

bool same(const storage::buffer& a, const storage::buffer& b) {
  return std::ranges::equal(a.bytes(), b.bytes());
}

} // namespace

bool fetched_batches::operator==(const fetched_batches& x) const {
  return same(batches, x.batches);
}

bool snapshot_chunk::operator==(const snapshot_chunk& x) const {
  return size_bytes == x.size_bytes && same(bytes, x.bytes);
}

} // namespace troupe::cluster
