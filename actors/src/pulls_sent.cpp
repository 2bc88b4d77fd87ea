// SPDX-License-Identifier: Apache-2.0
#include "pulls_sent.h"

#include <algorithm>
#include <span>
#include <string>

namespace troupe::actors {

std::optional<send_pull>
pulls_sent::begin(pull_batches pull, replica_client_actor client, time now) {
  auto found = followers_.find(pull.name);
  if (found == followers_.end() && followers_.size() >= limits_.pulls_max)
    return std::nullopt;
  auto& x = found != followers_.end() ? found->second : followers_[pull.name];
  owed_bytes_ += std::exchange(x.unwritten_bytes, 0);
  // An older pull is replaced; should its answer come all the same, nobody
  // knows its number any more.
  pulls_.erase(x.number);
  x.client = client;
  x.number = ++last_number_;
  pull_under_way begun;
  begun.deadline = now + std::chrono::milliseconds(pull.wait_ms_max)
                   + limits_.answer_timeout;
  begun.client = std::move(client);
  begun.pull = pull;
  pulls_.emplace(x.number, std::move(begun));
  return send_pull{x.number, std::move(pull)};
}

std::optional<pull_delivery> pulls_sent::take(pull_answered x) {
  auto at = pulls_.find(x.number);
  if (at == pulls_.end()) {
    owed_bytes_ += x.piece.size();
    return std::nullopt;
  }
  auto& pull = at->second;
  pull.outcome = std::move(x.outcome);
  if (x.batches_bytes > limits_.answer_bytes_max
      || x.piece.size() > x.batches_bytes) {
    owed_bytes_ += x.piece.size();
    return refuse(at,
                  storage::error{storage::errc::invalid_argument,
                                 "the leader's answer is longer than "
                                     + std::to_string(limits_.answer_bytes_max)
                                     + " bytes, or than it says"});
  }
  pull.bytes_in_all = x.batches_bytes;
  if (x.piece.size() < x.batches_bytes)
    return add_piece(at, x.piece);
  followers_[pull.pull.name].unwritten_bytes = x.piece.size();
  return finish(at, std::move(x.piece));
}

std::optional<pull_delivery> pulls_sent::take(pull_continued x) {
  auto at = pulls_.find(x.number);
  if (at == pulls_.end()) {
    owed_bytes_ += x.piece.size();
    return std::nullopt;
  }
  if (x.broken || at->second.bytes + x.piece.size() > at->second.bytes_in_all) {
    owed_bytes_ += x.piece.size();
    return refuse(
        at, storage::error{storage::errc::io, "the leader could not read on"});
  }
  return add_piece(at, x.piece);
}

std::optional<pull_delivery>
pulls_sent::add_piece(pull_map::iterator at, const storage::buffer& piece) {
  auto& pull = at->second;
  if (pull.pieces == nullptr)
    pull.pieces =
        std::make_shared_for_overwrite<std::byte[]>(pull.bytes_in_all);
  std::ranges::copy(piece.bytes(), pull.pieces.get() + pull.bytes);
  pull.bytes += static_cast<uint32_t>(piece.size());
  // An answer longer than the window would never end if its credit had to
  // wait for the end.
  if (pull.bytes_in_all > limits_.credit_bytes / 2)
    owed_bytes_ += piece.size();
  else
    followers_[pull.pull.name].unwritten_bytes += piece.size();
  if (pull.bytes < pull.bytes_in_all)
    return std::nullopt;
  std::span whole(pull.pieces.get(), pull.bytes);
  return finish(at, storage::buffer(std::move(pull.pieces), whole));
}

pull_delivery
pulls_sent::finish(pull_map::iterator at, storage::buffer batches) {
  auto& pull = at->second;
  followers_[pull.pull.name].number = 0;
  pull_delivery done{std::move(pull.client),
                     {std::move(pull.outcome), std::move(batches)}};
  pulls_.erase(at);
  return done;
}

pull_delivery pulls_sent::refuse(pull_map::iterator at, problem why) {
  auto& pull = at->second;
  pull.outcome.name = pull.pull.name;
  pull.outcome.topic_id = pull.pull.topic_id;
  pull.outcome.fetch_offset = pull.pull.fetch_offset;
  pull.outcome.why = std::move(why);
  return finish(at, {});
}

replica_client_actor pulls_sent::forget(const storage::topic_partition& name) {
  auto found = followers_.find(name);
  if (found == followers_.end())
    return {};
  owed_bytes_ += found->second.unwritten_bytes;
  pulls_.erase(found->second.number);
  auto client = std::move(found->second.client);
  followers_.erase(found);
  return client;
}

void pulls_sent::forget(const caf::actor_addr& client) {
  std::vector<storage::topic_partition> names;
  for (const auto& [name, x] : followers_) {
    if (x.client.address() == client)
      names.push_back(name);
  }
  for (const auto& name : names)
    forget(name);
}

std::vector<pull_delivery> pulls_sent::expire(time now) {
  std::vector<pull_delivery> done;
  for (auto at = pulls_.begin(); at != pulls_.end();) {
    auto next = std::next(at);
    if (at->second.deadline < now)
      done.push_back(
          refuse(at, {errc::timed_out, "the leader of "
                                           + to_string(at->second.pull.name)
                                           + " did not answer in time"}));
    at = next;
  }
  return done;
}

std::vector<pull_delivery> pulls_sent::fail(const problem& why) {
  std::vector<pull_delivery> done;
  while (!pulls_.empty())
    done.push_back(refuse(pulls_.begin(), why));
  for (auto& [name, x] : followers_)
    x.unwritten_bytes = 0;
  owed_bytes_ = 0;
  return done;
}

std::optional<uint64_t> pulls_sent::due_credit() {
  constexpr uint64_t grants_per_window = 8;
  if (owed_bytes_ < limits_.credit_bytes / grants_per_window)
    return std::nullopt;
  return all_credit();
}

std::optional<uint64_t> pulls_sent::all_credit() {
  if (owed_bytes_ == 0)
    return std::nullopt;
  return std::exchange(owed_bytes_, 0);
}

bool pulls_sent::follows(const storage::topic_partition& name,
                         const replica_client_actor& client) const {
  auto found = followers_.find(name);
  return found != followers_.end() && found->second.client == client;
}

} // namespace troupe::actors
