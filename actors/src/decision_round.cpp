// SPDX-License-Identifier: Apache-2.0
#include "decision_round.h"

#include <iterator>
#include <optional>
#include <utility>

namespace troupe::actors {

namespace {

/// The image as it will be, and the changes that make it so.
class draft {
public:
  draft(const cluster::metadata_image& image, decision_round& round)
      : before_(image), round_(round) {}

  const cluster::metadata_image& image() const {
    return editor_ ? editor_->image() : before_;
  }

  problem add(cluster::outcome x) {
    if (!x.verdict.ok() || x.records.empty())
      return std::move(x.verdict);
    if (!editor_)
      editor_.emplace(before_);
    if (auto applied = editor_->apply(x.records); !applied) {
      // A part of the change may be in the editor's image.
      editor_.emplace(before_);
      static_cast<void>(editor_->apply(round_.delta));
      return std::move(applied.error());
    }
    std::move(x.records.begin(), x.records.end(),
              std::back_inserter(round_.delta));
    std::move(x.unclean.begin(), x.unclean.end(),
              std::back_inserter(round_.unclean));
    return std::move(x.verdict);
  }

private:
  const cluster::metadata_image& before_;
  // One copy for all items that change something, none when nothing changes:
  // most heartbeats do not.
  std::optional<cluster::metadata_editor> editor_;
  decision_round& round_;
};

} // namespace

decision_round decide_round(const cluster::metadata_image& image,
                            const std::deque<pending_decision>& questions,
                            size_t records_max) {
  decision_round round;
  draft next{image, round};
  for (const auto& question : questions) {
    if (round.delta.size() >= records_max)
      break;
    auto& results = round.results.emplace_back();
    for (size_t i = 0; i < question.items; ++i)
      results.push_back(next.add(question.decide(next.image(), i)));
  }
  return round;
}

} // namespace troupe::actors
