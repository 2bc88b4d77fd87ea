// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/actors/stage_verdict.h>
#include <troupe/actors/staged_record.h>

#include <functional>
#include <map>
#include <string>

#pragma GCC visibility push(default)

namespace troupe {

/// Stands in front of a topic's partitions and looks at each record on its way
/// there, in the order of each partition; or behind them, as a view, and looks
/// at each record whenever it is fetched, in any order. It runs on a thread
/// that belongs to its topic, so it may block and may have a state of its own;
/// one that throws or exceeds `troupe.stages.timeout.ms`
/// (`troupe.views.timeout.ms`) is given up, and its factory makes another one.
/// A call that never returns keeps its thread for ever, also after the node has
/// stopped: what it uses must live as long.
using record_stage = std::function<stage_verdict(staged_record&)>;

/// What a stage may want to know of the topic it is made for.
struct stage_settings {
  std::string topic;
  /// The topic's own configuration, as far as it differs from the defaults.
  std::map<std::string, std::string> configs;
};

/// Makes a stage; called on the thread that it will run on, by several threads
/// at once when several topics have it. One that throws is a stage that failed.
using stage_factory = std::function<record_stage(const stage_settings&)>;

} // namespace troupe

#pragma GCC visibility pop
