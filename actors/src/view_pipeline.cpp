// SPDX-License-Identifier: Apache-2.0
#include "view_pipeline.h"

#include "revised_batch.h"

#include <troupe/storage/log_config.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

using bytes_view = std::span<const std::byte>;

size_t unpacked_bytes_max() {
  return static_cast<size_t>(storage::log_config{}.decompressed_bytes_max);
}

/// A slice on its way through the views.
class viewing {
public:
  viewing(stage_chain& chain, const storage::topic_partition& from)
      : chain_(chain), from_(from) {}

  void run(bytes_view all) {
    auto left = all;
    while (fault_.ok()) {
      auto header = storage::parse_batch_header(left);
      if (!header || header->size_bytes() > left.size())
        break;
      view(*header, left.first(header->size_bytes()));
      if (shown_.size() > staged_batch_bytes_max)
        fault_ = chain_.fault("it made more than 64 MiB of one fetch");
      left = left.subspan(header->size_bytes());
    }
    seen_ = all.first(all.size() - left.size());
  }

  /// Why they failed, though they threw nothing.
  problem& fault() { return fault_; }

  slice_viewed finish() {
    slice_viewed x;
    x.seen_bytes = static_cast<uint32_t>(seen_.size());
    x.changed = changed_;
    if (changed_) {
      auto owner = std::make_shared<std::vector<std::byte>>(std::move(shown_));
      bytes_view shown = *owner;
      x.batches = {std::move(owner), shown};
    }
    return x;
  }

private:
  void view(const storage::batch_header& header, bytes_view batch) {
    if (header.control())
      return show_as_it_is(batch);
    revised_batch revised(batch, header, unpacked_bytes_max());
    auto walked = storage::for_each_record(batch, unpacked_bytes_max(),
                                           [&](const storage::record_view& x) {
                                             look(x, revised);
                                             return fault_.ok();
                                           });
    if (!walked)
      fault_ = std::move(walked.error());
    if (!fault_.ok())
      return;
    if (!revised.changed())
      return show_as_it_is(batch);
    // A new checksum would hide that the bytes are damaged.
    if (storage::batch_crc(header, batch.subspan(storage::batch_header_bytes))
        != header.crc) {
      fault_ =
          storage::error{storage::errc::corrupt_batch, "view batch: wrong CRC"};
      return;
    }
    auto built = revised.build();
    if (built)
      show_changed(batch, built->bytes());
    else
      fault_ = std::move(built.error());
  }

  void look(const storage::record_view& x, revised_batch& revised) {
    staged_record record(x, from_);
    auto verdict = chain_.judge(record);
    if (record.overflowed() || revised.bytes() > staged_batch_bytes_max) {
      fault_ = chain_.fault("it made more than 64 MiB of one batch");
      return;
    }
    switch (verdict.what) {
    case stage_verdict::action::pass:
      if (record.changed())
        revised.replace(record.view());
      else
        revised.keep(record.view());
      return;
    case stage_verdict::action::drop:
      return revised.drop();
    case stage_verdict::action::route:
    case stage_verdict::action::dead_letter:
    case stage_verdict::action::reject:
      fault_ = chain_.fault("of a view it can say pass or drop only");
      return;
    }
  }

  void show_as_it_is(bytes_view batch) {
    if (changed_)
      append(batch);
    else
      unchanged_ += batch.size();
  }

  void show_changed(bytes_view batch, bytes_view shown) {
    if (!std::exchange(changed_, true))
      // What lies in front of it, which so far was not copied.
      append({batch.data() - unchanged_, unchanged_});
    append(shown);
  }

  void append(bytes_view x) { shown_.insert(shown_.end(), x.begin(), x.end()); }

  stage_chain& chain_;
  const storage::topic_partition& from_;
  problem fault_;
  bytes_view seen_;
  size_t unchanged_ = 0;
  bool changed_ = false;
  std::vector<std::byte> shown_;
};

} // namespace

slice_viewed view_batches(stage_chain& chain,
                          const storage::topic_partition& from,
                          const storage::buffer& batches) {
  viewing work(chain, from);
  auto why = chain.guard([&] { work.run(batches.bytes()); });
  if (why.ok())
    why = std::move(work.fault());
  if (why.ok())
    return work.finish();
  slice_viewed failed;
  failed.health = stage_health::failed;
  failed.why = std::move(why);
  return failed;
}

} // namespace troupe::actors
