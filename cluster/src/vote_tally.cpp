// SPDX-License-Identifier: Apache-2.0
#include <vote_tally.h>

#include <algorithm>

namespace troupe::cluster {

namespace {

size_t
among(const std::vector<quorum_voter>& voters, const std::set<node_id>& nodes) {
  auto count =
      std::count_if(voters.begin(), voters.end(), [&](const quorum_voter& x) {
        return nodes.contains(x.id);
      });
  return static_cast<size_t>(count);
}

} // namespace

size_t majority_of(const std::vector<quorum_voter>& voters) {
  return voters.size() / 2 + 1;
}

bool contains(const std::vector<quorum_voter>& voters, node_id id) {
  return std::any_of(voters.begin(), voters.end(),
                     [id](const quorum_voter& x) { return x.id == id; });
}

void vote_tally::clear() {
  granted_.clear();
  rejected_.clear();
}

void vote_tally::count(node_id voter, bool granted) {
  if (granted_.contains(voter) || rejected_.contains(voter))
    return;
  (granted ? granted_ : rejected_).insert(voter);
}

bool vote_tally::won(const std::vector<quorum_voter>& voters) const {
  return among(voters, granted_) >= majority_of(voters);
}

bool vote_tally::lost(const std::vector<quorum_voter>& voters) const {
  return voters.size() - among(voters, rejected_) < majority_of(voters);
}

} // namespace troupe::cluster
