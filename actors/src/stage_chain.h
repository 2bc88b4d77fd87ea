// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/messages/stages.h>
#include <troupe/actors/problem.h>
#include <troupe/actors/record_stage.h>
#include <troupe/storage/result.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

using stage_factories = std::map<std::string, stage_factory>;

/// What stages may make of one batch, for its partition, for other topics and
/// in words together; as much as a batch may hold when it is unpacked.
inline constexpr size_t staged_batch_bytes_max = 64 << 20;

/// Of what a stage says in words about a record; the rest is cut off.
inline constexpr size_t stage_text_bytes_max = 1'000;

/// The stages of one topic in their order. Not thread safe. What stages throw
/// ends here.
class stage_chain {
public:
  /// Fails with policy_violation when a stage is not known or cannot be made.
  static result<stage_chain, problem> make(const reconfigure_stages& config,
                                           const stage_factories& factories,
                                           const std::string& topic);

  /// What the first stage says that does not let the record pass. Only within
  /// `guard`.
  stage_verdict judge(staged_record& x);

  /// Runs `f`: why the stages failed, if one threw.
  problem guard(const std::function<void()>& f);

  /// The stage that was asked last failed, for this reason.
  problem fault(std::string why) const;

private:
  struct named_stage {
    std::string name;
    record_stage stage;
  };

  explicit stage_chain(std::vector<named_stage> stages)
      : stages_(std::move(stages)) {}

  std::vector<named_stage> stages_;
  size_t asked_ = 0;
};

} // namespace troupe::actors
