// SPDX-License-Identifier: Apache-2.0
#include "disk_sync_actor.h"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace troupe::actors {

disk_sync_actor::behavior_type
disk_sync(disk_sync_actor::stateful_pointer<disk_sync_state> self,
          storage::file_system* fs) {
  auto& state = self->state;
  state.fs = fs;
  return {
    [&state](sync_files& x) { state.on_sync_files(x); },
    [&state](const sync_pending&) { state.on_sync_pending(); },
  };
}

void disk_sync_state::on_sync_files(sync_files& x) {
  // What queued up while the last group was written joins the next one: the
  // order to run it stands behind them in the mailbox.
  if (group_.empty())
    self->send(self, sync_pending{});
  group_.push_back(std::move(x));
}

void disk_sync_state::on_sync_pending() {
  std::map<storage::file*, problem> files;
  std::map<std::string, problem> directories;
  for (auto& wanted : std::exchange(group_, {})) {
    problem why;
    auto note = [&why](auto& done, const auto& key, auto sync) {
      auto [entry, is_new] = done.try_emplace(key);
      if (is_new) {
        if (auto synced = sync(); !synced)
          entry->second = problem{std::move(synced.error())};
      }
      if (why.ok())
        why = entry->second;
    };
    for (auto& file : wanted.plan.files)
      note(files, file.get(), [&] { return file->sync(); });
    for (auto& path : wanted.plan.directories)
      note(directories, path, [&] { return fs->sync_directory(path); });
    self->send(wanted.partition,
               files_synced{std::move(why), wanted.plan.end_offset});
  }
}

} // namespace troupe::actors
