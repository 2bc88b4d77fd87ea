// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/stages.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/record_stage.h>
#include <troupe/storage/result.h>

#include <map>
#include <string>
#include <vector>

namespace troupe::actors {

using stage_factories = std::map<std::string, stage_factory>;

/// The stages of one topic in their order: what becomes of a batch. Not thread
/// safe. What stages throw ends here.
class stage_pipeline {
public:
  /// Fails with policy_violation when a stage is not known or cannot be made.
  static result<stage_pipeline, problem> make(const reconfigure_stages& config,
                                              const stage_factories& factories,
                                              const std::string& topic);

  /// What is no batch that a client may send passes as it is: its partition
  /// says what is wrong with it. As long as stages change nothing so do the
  /// bytes.
  batch_staged run(const stage_batch& x) const;

private:
  struct named_stage {
    std::string name;
    record_stage stage;
  };

  stage_pipeline(std::vector<named_stage> stages, std::string dead_topic)
      : stages_(std::move(stages)), dead_topic_(std::move(dead_topic)) {}

  stage_verdict judge(staged_record& x, std::string& asking) const;
  void run(const stage_batch& x, const storage::batch_header& header,
           batch_staged& outcome, std::string& asking) const;

  std::vector<named_stage> stages_;
  std::string dead_topic_;
};

} // namespace troupe::actors
