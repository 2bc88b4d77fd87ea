// SPDX-License-Identifier: Apache-2.0
#include "log_directory.h"

#include "fenced_ranges.h"
#include "segment_names.h"
#include "swap_recovery.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace troupe::storage {

namespace {

constexpr std::string_view metadata_name = "partition.metadata";
constexpr size_t metadata_bytes_max = 4096;

/// Value of a `key: value` line; empty when there is none.
std::string_view line_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.starts_with(key) && line.substr(key.size()).starts_with(": "))
      return line.substr(key.size() + 2);
  }
  return {};
}

/// A file that a crash tore may end in zeros or miss its end.
bool is_topic_id(std::string_view text) {
  constexpr size_t digits = 22;
  return text.size() == digits
         && text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "abcdefghijklmnopqrstuvwxyz0123456789-_")
                == std::string_view::npos;
}

result<void>
write_metadata(file_system& fs, const std::string& path, const uuid& topic_id) {
  auto text = "version: 0\ntopic_id: " + to_string(topic_id) + "\n";
  auto target = fs.open(path, open_mode::create);
  if (!target)
    return failure(std::move(target.error()));
  if (auto done = (*target)->truncate(0); !done)
    return done;
  // Not synced: a file that a crash empties is simply written again.
  std::array parts{std::as_bytes(std::span<const char>{text})};
  return (*target)->write(0, parts);
}

result<void> check_metadata(file_system& fs, const log_options& options,
                            bool exists, recovery_report& report) {
  if (options.topic_id.is_nil())
    return {};
  auto path = options.directory + "/" + std::string{metadata_name};
  if (!exists)
    return write_metadata(fs, path, options.topic_id);
  auto content = read_file(fs, path, metadata_bytes_max);
  if (!content)
    return failure(std::move(content.error()));
  std::string_view text{reinterpret_cast<const char*>(content->data()),
                        content->size()};
  auto version = line_value(text, "version");
  auto topic_id = line_value(text, "topic_id");
  auto expected = to_string(options.topic_id);
  if (!is_topic_id(topic_id)) {
    report.notes.push_back(path + " was damaged and is written anew");
    return write_metadata(fs, path, options.topic_id);
  }
  if (version != "0")
    return failure(errc::unsupported_format,
                   path + " has version " + std::string{version});
  if (topic_id != expected)
    return failure(errc::invalid_argument,
                   options.directory + " belongs to topic id "
                       + std::string{topic_id} + ", not to " + expected);
  return {};
}

/// An index whose log file is not there, or a file that waited for removal.
bool is_waste(const std::string& name, const std::vector<offset_t>& segments) {
  if (is_leftover(name))
    return true;
  for (auto suffix : {offset_index_suffix, time_index_suffix})
    if (auto base = parse_segment_name(name, suffix))
      return !std::binary_search(segments.begin(), segments.end(), *base);
  return false;
}

} // namespace

result<log_directory> open_log_directory(file_system& fs,
                                         const log_options& options,
                                         recovery_report& report) {
  log_directory found;
  auto names = fs.list(options.directory);
  if (!names && names.error().code == errc::not_found) {
    if (auto done = fs.create_directories(options.directory); !done)
      return failure(std::move(done.error()));
    found.created = true;
    names = std::vector<std::string>{};
  }
  if (!names)
    return failure(std::move(names.error()));
  auto swapped = finish_swaps(fs, options.directory, *names, report);
  if (!swapped)
    return failure(std::move(swapped.error()));
  if (*swapped)
    names = fs.list(options.directory);
  if (!names)
    return failure(std::move(names.error()));
  auto has_metadata = false;
  for (auto& name : *names) {
    if (auto base = parse_segment_name(name, log_suffix))
      found.segments.push_back(*base);
    has_metadata = has_metadata || name == metadata_name;
    found.has_gaps = found.has_gaps || name == gaps_file_name;
    found.has_damaged_ranges =
        found.has_damaged_ranges || name == fenced_ranges::file_name;
  }
  if (auto done = check_metadata(fs, options, has_metadata, report); !done)
    return failure(std::move(done.error()));
  for (auto& name : *names) {
    if (!is_waste(name, found.segments))
      continue;
    // In nobody's way if it has to stay.
    if (auto done = fs.remove(options.directory + "/" + name); !done)
      report.notes.push_back(to_string(done.error()));
  }
  return found;
}

} // namespace troupe::storage
