// SPDX-License-Identifier: Apache-2.0
#include <tests/cluster/quorum_cluster.h>

#include <algorithm>
#include <limits>

namespace troupe::cluster::test {

namespace {

metadata_delta remember(size_t number) {
  return {broker_configs_replaced{0, {{"value", std::to_string(number)}}}};
}

std::string value_of(const quorum_batch& x) {
  const auto* delta = std::get_if<metadata_delta>(&x.what);
  if (!delta || delta->empty())
    return {};
  const auto* record = std::get_if<broker_configs_replaced>(&delta->front());
  return record ? record->configs.at("value") : std::string{};
}

} // namespace

void quorum_cluster::violation(const std::string& what) {
  violations_.push_back(std::to_string(now_ms_) + " ms: " + what);
}

/// Does what the quorum wants, and checks what it says.
void quorum_cluster::settle(node_id id) {
  auto& x = nodes_.at(id);
  auto effects = x.core->take_effects();
  for (const auto& message : effects.messages)
    post(id, message);
  if (effects.flush_wanted && !x.flush_ms)
    x.flush_ms = now_ms_ + delay(weather.flush_delay_ms_max);
  if (const auto& error = x.core->storage_error())
    violation("node " + std::to_string(id) + " failed: " + error->message);
  if (effects.leadership_changed)
    look_at_leader(id);
  look_at_log(id);
  look_at_proposals(id, effects);
}

/// One leader per epoch, and it has all that was agreed on in earlier ones. It
/// may have been elected without knowing it yet, and another one since.
void quorum_cluster::look_at_leader(node_id id) {
  auto& core = at(id);
  if (core.role() != quorum_role::leader)
    return;
  auto [known, is_new] = leaders_.emplace(core.epoch(), id);
  if (known->second != id)
    violation("nodes " + std::to_string(known->second) + " and "
              + std::to_string(id) + " lead in epoch "
              + std::to_string(core.epoch()));
  const auto& own = disk(id).batches();
  auto same = [](const auto& a, const auto& b) { return *a == *b; };
  auto later =
      std::find_if(agreed_.begin(), agreed_.end(), [&](const auto& batch) {
        return batch->epoch >= core.epoch();
      });
  if (own.end() - own.begin() < later - agreed_.begin()
      || !std::equal(agreed_.begin(), later, own.begin(), same))
    violation("node " + std::to_string(id)
              + " leads without what was agreed on");
}

/// One entry per offset, and no way back.
void quorum_cluster::look_at_log(node_id id) {
  auto& x = nodes_.at(id);
  auto end = x.core->high_watermark();
  if (end < x.high_watermark_seen)
    violation("the high watermark of node " + std::to_string(id)
              + " went back");
  const auto& own = x.disk->batches();
  auto before = [](const auto& batch, offset_t offset) {
    return batch->end_offset <= offset;
  };
  auto i =
      std::lower_bound(own.begin(), own.end(), x.high_watermark_seen, before);
  for (; i != own.end() && (*i)->end_offset <= end; ++i) {
    auto place = static_cast<size_t>(i - own.begin());
    if (place > agreed_.size())
      violation("node " + std::to_string(id) + " skipped something");
    else if (place == agreed_.size())
      agreed_.push_back(*i);
    else if (*agreed_[place] != **i)
      violation("two entries are agreed on at offset "
                + std::to_string((*i)->base_offset));
  }
  if (end > 0 && (i == own.begin() || (*std::prev(i))->end_offset != end))
    violation("the high watermark of node " + std::to_string(id)
              + " is not the end of a batch that it has");
  x.high_watermark_seen = end;
}

/// Whoever was told that it is agreed on finds it in its place, behind all that
/// was agreed on before it was asked.
void quorum_cluster::look_at_proposals(node_id id,
                                       const quorum_effects& effects) {
  auto& x = nodes_.at(id);
  auto cut =
      effects.log_replaced
          ? offset_t{0}
          : effects.truncated_to.value_or(std::numeric_limits<offset_t>::max());
  for (auto i = x.waiting.upper_bound(cut); i != x.waiting.end();
       i = x.waiting.erase(i))
    proposals_[i->second].forgotten = true;
  while (!x.waiting.empty()
         && x.waiting.begin()->first <= x.core->high_watermark()) {
    auto number = x.waiting.begin()->second;
    auto& proposal = proposals_[number];
    x.waiting.erase(x.waiting.begin());
    proposal.agreed = true;
    answered_end_ = std::max(answered_end_, proposal.end_offset);
    auto found =
        std::find_if(agreed_.begin(), agreed_.end(), [&](const auto& batch) {
          return batch->base_offset == proposal.base_offset;
        });
    if (found == agreed_.end() || value_of(**found) != std::to_string(number))
      violation("proposal " + std::to_string(number)
                + " was called agreed on, but something else is");
    if (proposal.base_offset < proposal.agreed_before)
      violation("proposal " + std::to_string(number)
                + " lies before what was known when it was made");
  }
}

result<size_t, quorum_error> quorum_cluster::propose(node_id where) {
  auto number = proposals_.size();
  auto base_offset = disk(where).end_offset();
  // In the list before the quorum speaks: a quorum of one may be quick.
  proposals_.push_back(
      {where, base_offset, base_offset + 1, answered_end_, false, false});
  auto end = at(where).propose(remember(number), base_offset,
                               quorum_time{now_ms_, now_ms_});
  if (end) {
    nodes_.at(where).waiting.emplace(*end, number);
    settle(where);
    return number;
  }
  proposals_.pop_back();
  settle(where);
  return tl::unexpected{end.error()};
}

std::vector<std::string> quorum_cluster::agreed_values(node_id id) {
  std::vector<std::string> values;
  for (const auto& x : disk(id).batches())
    if (x->end_offset <= at(id).high_watermark() && !value_of(*x).empty())
      values.push_back(value_of(*x));
  return values;
}

} // namespace troupe::cluster::test
