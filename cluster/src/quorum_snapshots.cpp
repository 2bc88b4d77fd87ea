// SPDX-License-Identifier: Apache-2.0
#include <quorum_state.h>

#include <algorithm>

namespace troupe::cluster {

// -- who lacks the beginning --------------------------------------------------

void quorum::state::take(const snapshot_needed& x, quorum_time now) {
  // What was agreed on is here already: nothing older is of use.
  if (x.snapshot.end_offset <= high_watermark) {
    fetch_later(now);
    return;
  }
  download = snapshot_download{x.snapshot, {}};
}

void quorum::state::abandon_download(quorum_time now) {
  download.reset();
  fetch_later(now);
}

void quorum::state::on(node_id from, const snapshot_fetched& x,
                       quorum_time now) {
  auto asked = answered(from, x.fetch_id);
  if (!asked)
    return;
  if (std::holds_alternative<fetch_refused>(x.what))
    refused(*asked, x.epoch, x.leader, now);
  else if (!comes_from_leader(*asked, x.epoch, x.leader, now))
    return;
  else if (const auto* chunk = std::get_if<snapshot_chunk>(&x.what))
    take(*chunk, now);
  else
    abandon_download(now);
}

void quorum::state::take(const snapshot_chunk& x, quorum_time now) {
  if (!download)
    return;
  auto& bytes = download->bytes;
  if (x.bytes.empty() || x.size_bytes > config.snapshot_bytes_max
      || x.bytes.size() > x.size_bytes - std::min(x.size_bytes, bytes.size())) {
    abandon_download(now);
    return;
  }
  bytes.insert(bytes.end(), x.bytes.bytes().begin(), x.bytes.bytes().end());
  if (bytes.size() == x.size_bytes)
    install(now);
}

void quorum::state::install(quorum_time now) {
  auto ready = std::exchange(download, std::nullopt);
  if (auto ok = storage.install_snapshot(ready->id, ready->bytes); !ok) {
    not_taken(ok.error(), now);
    return;
  }
  high_watermark = ready->id.end_offset;
  effects.high_watermark_moved = true;
  effects.log_replaced = true;
  compare_voters();
}

// -- who has it ---------------------------------------------------------------

void quorum::state::on(node_id from, const snapshot_fetch& x, quorum_time now) {
  if (x.replica != from)
    return;
  if (x.epoch > epoch && !observe(x.epoch, no_node, now))
    return;
  snapshot_fetched reply{x.fetch_id, epoch, leader, fetch_refused{}};
  if (leads && x.epoch == epoch && admits(from)) {
    leads->replicas.heard(from, now.steady_ms);
    reply.what = read_snapshot(x);
  }
  if (alive())
    send(from, std::move(reply));
}

std::variant<fetch_refused, snapshot_chunk, snapshot_gone>
quorum::state::read_snapshot(const snapshot_fetch& x) {
  auto size = storage.snapshot_size(x.snapshot);
  if (!size && size.error().code == storage::errc::not_found)
    return snapshot_gone{};
  if (!size) {
    give_up(size.error());
    return fetch_refused{};
  }
  if (x.position >= *size)
    return snapshot_gone{};
  auto bytes = storage.read_snapshot(x.snapshot, x.position,
                                     config.snapshot_chunk_bytes_max);
  if (!bytes) {
    give_up(bytes.error());
    return fetch_refused{};
  }
  return snapshot_chunk{*size, std::move(*bytes)};
}

} // namespace troupe::cluster
