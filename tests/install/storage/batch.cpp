// SPDX-License-Identifier: Apache-2.0
//
// Builds a batch of compressed records, and reads it again.
#include <troupe/storage/record_batch.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace storage = troupe::storage;

int main() {
  storage::batch_builder builder(storage::codec::zstd);
  builder.add(1, "key", "value");
  auto batch = builder.build();
  int found = 0;
  auto read = storage::for_each_record(
      batch.bytes(), 1024, [&found](const storage::record_view& x) {
        found += x.key == "key" && x.value == "value";
        return true;
      });
  std::printf("%d record\n", found);
  return read && found == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
