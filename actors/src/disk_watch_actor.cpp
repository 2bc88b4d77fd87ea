// SPDX-License-Identifier: Apache-2.0
#include "disk_watch_actor.h"

#include <troupe/cluster/disk_crowding.h>

#include <spdlog/spdlog.h>

#include <utility>

namespace troupe::actors {

disk_watch_actor::behavior_type
disk_watch(disk_watch_actor::stateful_pointer<disk_watch_state> self,
           disk_watch_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {[&state](const look_at_disks&) { state.on_look_at_disks(); }};
}

void disk_watch_state::open(disk_watch_config x) {
  config_ = std::move(x);
  look_again();
}

void disk_watch_state::on_look_at_disks() {
  total_bytes_ = usable_bytes_ = 0;
  awaited_ = config_.disks.size();
  for (const auto& disk : config_.disks)
    self->request(disk, patience, describe_directory{})
        .then([this](const directory_description& x) { described(x); },
              [this](const caf::error&) { described({}); });
}

void disk_watch_state::described(const directory_description& x) {
  if (x.why.ok() && x.total_bytes > 0 && x.usable_bytes >= 0) {
    total_bytes_ += x.total_bytes;
    usable_bytes_ += x.usable_bytes;
  }
  if (--awaited_ == 0)
    decide();
}

void disk_watch_state::decide() {
  if (total_bytes_ == 0)
    return look_again();
  auto used_percent =
      static_cast<int32_t>(100 - 100 * usable_bytes_ / total_bytes_);
  auto image = config_.routes->get()->image;
  auto change = cluster::crowding_change(*image, config_.self, used_percent);
  if (!change)
    return look_again();
  alter_configs question;
  question.resources.push_back(std::move(*change));
  // What fails is found again with the next look.
  self->request(config_.controller, patience, std::move(question))
      .then(
          [this, used_percent](const metadata_decided& x) {
            if (x.results.front().ok())
              spdlog::warn("disk_watch.mark_changed node={} used_percent={}",
                           config_.self, used_percent);
            look_again();
          },
          [this](const caf::error&) { look_again(); });
}

void disk_watch_state::look_again() {
  self->delayed_send(self, interval, look_at_disks{});
}

} // namespace troupe::actors
