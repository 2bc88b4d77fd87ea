// SPDX-License-Identifier: Apache-2.0
#include "stage_chain.h"

#include <troupe/cluster/controller.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace troupe::actors {

namespace {

problem failed_stage(const std::string& name, std::string why) {
  why.resize(std::min(why.size(), stage_text_bytes_max));
  return cluster::decision{cluster::refusal::policy_violation,
                           "stage '" + name + "' failed: " + why};
}

/// Runs `f`; why not, if it throws.
std::optional<std::string> caught(const std::function<void()>& f) {
  try {
    f();
    return std::nullopt;
  } catch (const std::exception& x) {
    return x.what();
  } catch (...) {
    return "it threw what is no exception";
  }
}

} // namespace

result<stage_chain, problem> stage_chain::make(const reconfigure_stages& config,
                                               const stage_factories& factories,
                                               const std::string& topic) {
  std::vector<named_stage> made;
  for (const auto& name : config.config.names) {
    auto factory = factories.find(name);
    if (factory == factories.end() || factory->second == nullptr)
      return tl::unexpected(failed_stage(name, "this node does not know it"));
    auto& next = made.emplace_back();
    next.name = name;
    auto why = caught([&] {
      next.stage = factory->second({topic, config.settings});
    });
    if (!why && next.stage == nullptr)
      why = "its factory made nothing";
    if (why)
      return tl::unexpected(failed_stage(name, std::move(*why)));
  }
  return stage_chain(std::move(made));
}

stage_verdict stage_chain::judge(staged_record& x) {
  for (asked_ = 0; asked_ < stages_.size(); ++asked_) {
    auto verdict = stages_[asked_].stage(x);
    if (verdict.what != stage_verdict::action::pass)
      return verdict;
  }
  return pass_record();
}

problem stage_chain::guard(const std::function<void()>& f) {
  auto why = caught(f);
  return why ? fault(std::move(*why)) : problem{};
}

problem stage_chain::fault(std::string why) const {
  // All of them let the record pass: then it was one of them together.
  auto last = std::min(asked_, stages_.size() - 1);
  return failed_stage(stages_.empty() ? "" : stages_[last].name,
                      std::move(why));
}

} // namespace troupe::actors
