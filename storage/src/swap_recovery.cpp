// SPDX-License-Identifier: Apache-2.0
#include "swap_recovery.h"

#include "header_reader.h"
#include "segment_names.h"

#include <array>
#include <optional>
#include <utility>

namespace troupe::storage {

namespace {

constexpr std::array index_suffixes{offset_index_suffix, time_index_suffix};

class swap_finisher {
public:
  swap_finisher(file_system& fs, const std::string& directory)
      : fs_(fs), directory_(directory) {}

  /// Where the new segment ends; none when it cannot be read.
  result<std::optional<offset_t>> end_of(offset_t base);
  result<void> undo(offset_t base);
  result<void> remove_old(offset_t base, offset_t old);
  result<void> rename(offset_t base);

  std::string path(offset_t base, std::string_view suffix) const {
    return segment_path(directory_, base, suffix);
  }
  std::string swap_path(offset_t base, std::string_view suffix) const {
    return path(base, suffix).append(swap_suffix);
  }

private:
  file_system& fs_;
  const std::string& directory_;
};

result<std::optional<offset_t>> swap_finisher::end_of(offset_t base) {
  auto from = fs_.open(swap_path(base, log_suffix), open_mode::read);
  if (!from)
    return failure(std::move(from.error()));
  auto size = (*from)->size();
  if (!size)
    return failure(std::move(size.error()));
  header_reader reader{**from, *size, read_mode::blocking};
  std::optional<offset_t> end;
  for (uint64_t position = 0; position < *size;) {
    auto read = reader.at(position);
    if (!read && read.error().code != errc::corrupt_log)
      return failure(std::move(read.error()));
    if (!read)
      return std::optional<offset_t>{};
    position += read->header.size_bytes();
    end = read->header.next_offset();
  }
  return end;
}

result<void> swap_finisher::undo(offset_t base) {
  for (auto suffix : index_suffixes)
    if (auto done = fs_.remove(swap_path(base, suffix)); !done)
      return done;
  return fs_.remove(swap_path(base, log_suffix));
}

result<void> swap_finisher::remove_old(offset_t base, offset_t old) {
  // The first one's log file is replaced; its indexes must not outlive it.
  if (old != base)
    if (auto done = fs_.remove(path(old, log_suffix)); !done)
      return done;
  for (auto suffix : index_suffixes)
    if (auto done = fs_.remove(path(old, suffix)); !done)
      return done;
  return {};
}

result<void> swap_finisher::rename(offset_t base) {
  for (auto suffix : index_suffixes) {
    auto moved = fs_.rename(swap_path(base, suffix), path(base, suffix));
    // It moved before the crash, or it is made anew on first use.
    if (!moved && moved.error().code != errc::not_found)
      return moved;
  }
  return fs_.rename(swap_path(base, log_suffix), path(base, log_suffix));
}

} // namespace

result<bool> finish_swaps(file_system& fs, const std::string& directory,
                          const std::vector<std::string>& names,
                          recovery_report& report) {
  auto swap_log = std::string{log_suffix}.append(swap_suffix);
  swap_finisher swaps{fs, directory};
  auto any = false;
  for (auto& name : names) {
    auto base = parse_segment_name(name, swap_log);
    if (!base)
      continue;
    any = true;
    auto end = swaps.end_of(*base);
    if (!end)
      return failure(std::move(end.error()));
    auto whole = fs.exists(swaps.path(*base, log_suffix));
    if (!whole)
      return failure(std::move(whole.error()));
    if (!*end && *whole) {
      report.notes.push_back(name
                             + " is damaged: the segments that it was to "
                               "replace stay");
      if (auto done = swaps.undo(*base); !done)
        return failure(std::move(done.error()));
      continue;
    }
    for (auto& other : names) {
      auto old = parse_segment_name(other, log_suffix);
      if (!old || *old < *base || *old >= end->value_or(*base + 1))
        continue;
      if (auto done = swaps.remove_old(*base, *old); !done)
        return failure(std::move(done.error()));
    }
    if (auto done = swaps.rename(*base); !done)
      return failure(std::move(done.error()));
    report.notes.push_back("the swap of compacted segment "
                           + std::to_string(*base) + " was finished");
  }
  if (any)
    if (auto done = fs.sync_directory(directory); !done)
      return failure(std::move(done.error()));
  return any;
}

} // namespace troupe::storage
