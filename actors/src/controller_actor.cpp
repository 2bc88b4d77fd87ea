// SPDX-License-Identifier: Apache-2.0
#include "controller_actor.h"

#include "error_map.h"

#include <spdlog/spdlog.h>

#include <array>
#include <iterator>
#include <utility>

namespace troupe::actors {

controller_actor::behavior_type
controller(controller_actor::stateful_pointer<controller_state> self,
           controller_config config) {
  auto& state = self->state;
  state.open(std::move(config));
  return {
    [&state](const create_topics& x) { return state.on_create_topics(x); },
    [&state](const delete_topics& x) { return state.on_delete_topics(x); },
    [&state](const create_partitions& x) {
      return state.on_create_partitions(x);
    },
    [&state](const alter_configs& x) { return state.on_alter_configs(x); },
    [&state](const register_node& x) { return state.on_register_node(x); },
    [&state](const allocate_producer_id&) {
      return state.on_allocate_producer_id();
    },
  };
}

void controller_state::open(controller_config x) {
  config_ = std::move(x);
  log_ = std::move(*config_.log);
  core_.emplace(config_.broker, config_.seed);
  sessions_.emplace(config_.broker.cluster);
}

controller_state::~controller_state() {
  if (log_ == nullptr)
    return;
  if (auto closed = log_->close(); !closed)
    spdlog::error("controller.close_failed reason=\"{}\"",
                  to_string(closed.error()));
}

caf::result<metadata_decided>
controller_state::on_create_topics(const create_topics& x) {
  return decide(x.topics, x.validate_only, [this](const auto& image, auto& y) {
    return core_->create_topic(image, y);
  });
}

caf::result<metadata_decided>
controller_state::on_delete_topics(const delete_topics& x) {
  return decide(x.topics, false, [this](const auto& image, auto& y) {
    return core_->delete_topic(image, y);
  });
}

caf::result<metadata_decided>
controller_state::on_create_partitions(const create_partitions& x) {
  return decide(x.topics, x.validate_only, [this](const auto& image, auto& y) {
    return core_->create_partitions(image, y);
  });
}

caf::result<metadata_decided>
controller_state::on_alter_configs(const alter_configs& x) {
  return decide(x.resources, x.validate_only,
                [this](const auto& image, auto& y) {
                  return core_->alter_configs(image, y);
                });
}

caf::result<metadata_decided>
controller_state::on_register_node(const register_node& x) {
  std::array nodes{x.node};
  return decide(nodes, false, [this](const auto& image, auto& y) {
    return core_->register_node(image, y, *sessions_);
  });
}

template <class Items, class Decide>
caf::result<metadata_decided>
controller_state::decide(const Items& items, bool validate_only,
                         Decide decide_one) {
  metadata_decided decided;
  // One copy for all items, not one for each.
  cluster::metadata_editor editor(*log_->image());
  cluster::metadata_delta delta;
  for (const auto& item : items) {
    cluster::outcome outcome = decide_one(editor.image(), item);
    if (outcome.verdict.ok() && !outcome.records.empty()) {
      if (auto applied = editor.apply(outcome.records); !applied) {
        decided.results.emplace_back(std::move(applied.error()));
        editor = cluster::metadata_editor(*log_->image());
        static_cast<void>(editor.apply(delta));
        continue;
      }
      std::move(outcome.records.begin(), outcome.records.end(),
                std::back_inserter(delta));
    }
    decided.results.emplace_back(std::move(outcome.verdict));
  }
  if (validate_only || delta.empty()) {
    decided.image = delta.empty() ? log_->image() : std::move(editor).finish();
    return decided;
  }
  auto appended = log_->append(delta, config_.now());
  if (!appended) {
    spdlog::error("controller.append_failed reason=\"{}\"",
                  to_string(appended.error()));
    for (auto& result : decided.results) {
      if (result.ok())
        result = problem{appended.error()};
    }
    decided.image = log_->image();
    return decided;
  }
  decided.image = std::move(*appended);
  return publish(std::move(decided));
}

caf::result<metadata_decided>
controller_state::publish(metadata_decided decided) {
  auto promise = self->make_response_promise<metadata_decided>();
  apply_metadata order{decided.image};
  // What the log holds is decided, whatever becomes of the broker: a partition
  // that cannot be opened shows as offline.
  self->request(config_.follower, std::chrono::minutes(5), std::move(order))
    .then([promise, decided](const metadata_applied&) mutable {
      promise.deliver(decided);
    },
          [promise, decided](const caf::error& x) mutable {
            spdlog::error("controller.apply_failed reason=\"{}\"",
                          to_problem(x).message);
            promise.deliver(decided);
          });
  return promise;
}

producer_id_allocated controller_state::on_allocate_producer_id() {
  if (next_producer_id_ == producer_id_end_) {
    auto [block, delta] = core_->allocate_producer_ids(*log_->image());
    auto appended = log_->append(delta, config_.now());
    if (!appended)
      return {problem{std::move(appended.error())}, -1};
    std::tie(next_producer_id_, producer_id_end_) = block;
  }
  return {{}, next_producer_id_++};
}

} // namespace troupe::actors
