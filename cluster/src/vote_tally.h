// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/cluster/metadata_record.h>

#include <cstddef>
#include <set>
#include <vector>

namespace troupe::cluster {

/// How many of `voters` are more than half of them.
size_t majority_of(const std::vector<quorum_voter>& voters);

bool contains(const std::vector<quorum_voter>& voters, node_id id);

/// Who said what to one request for votes.
class vote_tally {
public:
  void clear();
  /// The first answer of a voter counts.
  void count(node_id voter, bool granted);
  bool won(const std::vector<quorum_voter>& voters) const;
  /// Not even all who have not answered yet could help.
  bool lost(const std::vector<quorum_voter>& voters) const;

private:
  std::set<node_id> granted_;
  std::set<node_id> rejected_;
};

} // namespace troupe::cluster
