// SPDX-License-Identifier: Apache-2.0
#include <quoted.h>
#include <topic_regex.h>
#include <troupe/cluster/controller.h>

#include <re2/re2.h>

#include <algorithm>
#include <string>

namespace troupe::cluster {

namespace {

tl::unexpected<storage::error>
refuse_pattern(std::string_view pattern, std::string_view why) {
  return failure(storage::errc::invalid_argument,
                 "regular expression " + quoted(pattern)
                     + " is not accepted: " + std::string{why});
}

} // namespace

result<std::vector<storage::uuid>>
match_topics(std::string_view pattern, const group_topics& topics,
             int64_t since, const consumer_group_config& config) {
  if (pattern.size() > config.regex_bytes_max)
    return refuse_pattern(pattern, "it is too long");
  RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  options.set_max_mem(config.regex_memory_bytes_max);
  RE2 regex{re2::StringPiece{pattern.data(), pattern.size()}, options};
  if (!regex.ok())
    return refuse_pattern(pattern, regex.error());
  if (regex.ProgramSize() > config.regex_instructions_max)
    return refuse_pattern(pattern, "it is too complex");
  std::vector<storage::uuid> ids;
  for (const auto& topic : topics.all())
    if (topic.first_version > since && !internal_topic(topic.name)
        && RE2::FullMatch(topic.name, regex))
      ids.push_back(topic.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

} // namespace troupe::cluster
