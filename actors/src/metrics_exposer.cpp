// SPDX-License-Identifier: Apache-2.0
#include "metrics_exposer.h"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <utility>
#include <vector>

namespace troupe::actors {

namespace {

using prometheus::MetricType;
using labels = std::vector<prometheus::ClientMetric::Label>;
using families = std::vector<prometheus::MetricFamily>;

/// A monitor, and somebody who looks at the same time.
constexpr size_t threads = 2;

constexpr double us_per_second = 1e6;

prometheus::MetricFamily&
add_family(families& to, MetricType type, const char* name, const char* help) {
  auto& x = to.emplace_back();
  x.name = name;
  x.help = help;
  x.type = type;
  return x;
}

void add_value(prometheus::MetricFamily& to, double value, labels names = {}) {
  auto& x = to.metric.emplace_back();
  x.label = std::move(names);
  if (to.type == MetricType::Counter)
    x.counter.value = value;
  else
    x.gauge.value = value;
}

void add_count(families& to, const char* name, const char* help,
               uint64_t value) {
  add_value(add_family(to, MetricType::Counter, name, help),
            static_cast<double>(value));
}

void add_node(families& to, const node_statistics& x) {
  add_count(to, "troupe_received_bytes_total", "Read from client connections.",
            x.bytes_received);
  add_count(to, "troupe_sent_bytes_total", "Written to client connections.",
            x.bytes_sent);
  add_count(to, "troupe_page_cache_hits_total",
            "Pages of segment files that were in memory when they were sent.",
            x.page_cache_hits);
  add_count(to, "troupe_page_cache_misses_total",
            "Pages of segment files that a disk had to bring first.",
            x.page_cache_misses);
  add_count(to, "troupe_connections_accepted_total",
            "Client connections so far.", x.connections_accepted);
  add_value(add_family(to, MetricType::Gauge, "troupe_connections_open",
                       "Client connections now."),
            static_cast<double>(x.connections_open));
}

void add_lags(families& to, const metrics_collected& x) {
  auto& lag = add_family(
      to, MetricType::Gauge, "troupe_group_lag",
      "Records between what a group committed and the high watermark.");
  for (const auto& series : x.lags)
    add_value(lag, static_cast<double>(series.lag_records),
              {{"group", series.group},
               {"topic", series.partition.topic},
               {"partition", std::to_string(series.partition.partition)}});
  add_value(add_family(to, MetricType::Gauge, "troupe_group_lag_complete",
                       "0: there are groups or partitions without a series."),
            x.lags_complete ? 1 : 0);
}

/// One family with a value for each other node.
template <class Value>
void add_per_peer(families& to, const std::vector<peer_description>& peers,
                  MetricType type, const char* name, const char* help,
                  Value value_of) {
  auto& family = add_family(to, type, name, help);
  for (const auto& x : peers)
    add_value(family, static_cast<double>(value_of(x)),
              {{"node", std::to_string(x.address.node)}});
}

void add_peers(families& to, const std::vector<peer_description>& peers) {
  if (peers.empty())
    return;
  add_per_peer(to, peers, MetricType::Gauge, "troupe_peer_up",
               "1: the link to that node is up.",
               [](const auto& x) { return x.up ? 1 : 0; });
  add_per_peer(to, peers, MetricType::Counter, "troupe_peer_connects_total",
               "How often the link came up.",
               [](const auto& x) { return x.connects; });
  add_per_peer(to, peers, MetricType::Counter, "troupe_peer_sent_bytes_total",
               "Batches sent to that node.",
               [](const auto& x) { return x.bytes_sent; });
  add_per_peer(to, peers, MetricType::Counter,
               "troupe_peer_received_bytes_total",
               "Batches received from that node.",
               [](const auto& x) { return x.bytes_received; });
  add_per_peer(to, peers, MetricType::Counter,
               "troupe_peer_credit_stalls_total",
               "How often batches waited for room at that node.",
               [](const auto& x) { return x.credit_stalls; });
  add_per_peer(to, peers, MetricType::Gauge, "troupe_peer_round_trip_seconds",
               "Of the last heartbeat.", [](const auto& x) {
                 return static_cast<double>(x.round_trip_us) / us_per_second;
               });
  add_per_peer(to, peers, MetricType::Gauge, "troupe_peer_pulls_under_way",
               "Pulls of this node's followers without an answer yet.",
               [](const auto& x) { return x.pulls_under_way; });
}

/// As the HTTP server wants it told: a port alone means every interface.
std::string text_of(const transport::endpoint& x) {
  bool everywhere = x.host.empty() || x.host == "*";
  return everywhere ? std::to_string(x.port) : to_string(x);
}

class figures_source : public prometheus::Collectable {
public:
  explicit figures_source(metrics_exposer::collector collect)
      : collect_(std::move(collect)) {}

  families Collect() const override {
    auto x = collect_();
    families all;
    add_node(all, x.node);
    add_lags(all, x.collected);
    add_peers(all, x.collected.peers);
    return all;
  }

private:
  metrics_exposer::collector collect_;
};

} // namespace

struct metrics_exposer::server {
  server(const transport::endpoint& at, collector collect)
      : source(std::make_shared<figures_source>(std::move(collect))),
        http(text_of(at), threads) {
    http.RegisterCollectable(source);
  }

  std::shared_ptr<figures_source> source;
  prometheus::Exposer http;
};

metrics_exposer::metrics_exposer(std::unique_ptr<server> server)
    : server_(std::move(server)) {}

metrics_exposer::~metrics_exposer() = default;

result<std::unique_ptr<metrics_exposer>>
metrics_exposer::listen(const transport::endpoint& at, collector collect) {
  try {
    auto made = std::make_unique<server>(at, std::move(collect));
    return std::unique_ptr<metrics_exposer>(
        new metrics_exposer(std::move(made)));
  } catch (const std::exception& x) {
    return failure(storage::errc::io, "cannot serve metrics on " + to_string(at)
                                          + ": " + x.what());
  }
}

uint16_t metrics_exposer::port() const {
  auto ports = server_->http.GetListeningPorts();
  return ports.empty() ? uint16_t{0} : static_cast<uint16_t>(ports.front());
}

} // namespace troupe::actors
