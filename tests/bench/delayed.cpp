// SPDX-License-Identifier: Apache-2.0
// bench_delayed [PENDING [MEASURED [PER_SECOND]]]
// A node in this process with a delayed topic of one partition, in which
// PENDING records wait for an hour. Beside them MEASURED others become due, at
// random times, PER_SECOND of them on average: how late each is at a consumer
// in the process. And what the waiting ones take of memory: all that the
// process has more than before, and the mover's own share.

#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/cluster/delayed_kind.h>
#include <troupe/storage/record_batch.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace {

using namespace troupe;

const storage::topic_partition place{"measured", 0};
constexpr size_t batch_records = 500;
constexpr int64_t hour_ms = 3'600'000;
/// Between what is produced and when it is due, at least.
constexpr int64_t lead_ms = 1'000;

[[noreturn]] void fail(const std::string& why) {
  fmt::print(stderr, "{}\n", why);
  std::exit(1);
}

template <class T, class E>
T value_of(result<T, E> x) {
  if (!x)
    fail(x.error().message);
  return std::move(*x);
}

void done(const auto& x) {
  if (!x)
    fail(x.error().message);
}

double wall_ms() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

double resident_bytes() {
  size_t total = 0;
  size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> total >> resident;
  return static_cast<double>(resident)
         * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Records that are due at these times, which are also their values.
storage::buffer batch_of(const std::vector<int64_t>& times_ms) {
  storage::batch_builder batch;
  auto now = static_cast<int64_t>(wall_ms());
  for (auto due_ms : times_ms) {
    auto text = std::to_string(due_ms);
    storage::record_field due{"troupe.due.ms", text};
    batch.add(now, std::nullopt, text, {&due, 1});
  }
  return batch.build();
}

std::unique_ptr<node> make_node(size_t pending_max) {
  node_options options;
  options.temporary = true;
  auto made = value_of(node::start(std::move(options)));
  cluster::new_topic topic;
  topic.name = place.topic;
  topic.num_partitions = 1;
  topic.configs = {{"troupe.kind", "delayed"},
                   {"troupe.pending.max", std::to_string(pending_max)}};
  done(made->create_topic(topic));
  return made;
}

/// Adds to `late_ms` how late each record of the next blocks is.
void take(consumer& from, size_t count, std::vector<double>& late_ms) {
  for (size_t seen = 0; seen < count;) {
    auto block = value_of(from.poll(std::chrono::seconds(60)));
    auto now = wall_ms();
    if (!block)
      fail("no block came");
    done(block->for_each([&](const storage::record_view& x) {
      auto due = std::strtod(std::string{*x.value}.c_str(), nullptr);
      late_ms.push_back(now - due);
      ++seen;
      return true;
    }));
  }
}

/// What waits behind this one has been seen by the mover when it comes.
void settle(producer& out, consumer& in) {
  std::vector<double> ignored;
  done(out.append(place, batch_of({static_cast<int64_t>(wall_ms())})));
  take(in, 1, ignored);
}

void fill(producer& out, size_t pending) {
  auto due = static_cast<int64_t>(wall_ms()) + hour_ms;
  for (size_t i = 0; i < pending; i += batch_records) {
    auto count = std::min(batch_records, pending - i);
    done(out.post(place, batch_of(std::vector<int64_t>(count, due))));
  }
  done(out.flush());
}

void produce_measured(producer& out, size_t count, double per_second) {
  std::mt19937 random(1);
  std::exponential_distribution<double> gap_ms(per_second / 1'000);
  auto due = wall_ms() + lead_ms;
  for (size_t i = 0; i < count; ++i) {
    due += gap_ms(random);
    done(out.append(place, batch_of({static_cast<int64_t>(due)})));
    auto ahead = due - wall_ms() - lead_ms;
    if (ahead > 0)
      std::this_thread::sleep_for(
          std::chrono::duration<double, std::milli>(ahead));
  }
}

double core_bytes(size_t pending) {
  cluster::delayed_config config;
  config.pending_max = pending;
  cluster::delayed_kind kind(config, {}, 0);
  kind.scanned(0);
  storage::record_view record;
  for (size_t i = 0; i < pending; ++i) {
    record.offset = static_cast<storage::offset_t>(i);
    kind.take(record);
  }
  return static_cast<double>(kind.pending_bytes());
}

} // namespace

int main(int argc, char** argv) {
  auto number = [&](int at, size_t otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  auto pending = number(1, 1'000'000);
  auto measured = number(2, 3'000);
  auto per_second = number(3, 100);
  if (pending == 0 || measured == 0 || per_second == 0)
    fail("usage: bench_delayed [PENDING [MEASURED [PER_SECOND]]]");
  auto home = make_node(pending + measured + 1);
  auto out = value_of(producer::open(*home));
  auto in = value_of(consumer::open(*home));
  done(in->subscribe(place, from_earliest));
  settle(*out, *in);
  auto before = resident_bytes();
  fill(*out, pending);
  settle(*out, *in);
  auto count = static_cast<double>(pending);
  fmt::print("{} records wait: {:.1f} bytes each in this process, {:.1f} of "
             "them the mover's\n",
             pending, (resident_bytes() - before) / count,
             core_bytes(pending) / count);
  std::vector<double> late_ms;
  std::thread producing{[&] {
    produce_measured(*out, measured, static_cast<double>(per_second));
  }};
  take(*in, measured, late_ms);
  producing.join();
  std::sort(late_ms.begin(), late_ms.end());
  auto at = [&](double share) {
    return late_ms[static_cast<size_t>(
        share * static_cast<double>(late_ms.size() - 1))];
  };
  fmt::print("{} records became due: late by p50 {:.2f} ms, p99 {:.2f} ms, at "
             "most {:.2f} ms, at least {:.2f} ms\n",
             measured, at(0.5), at(0.99), late_ms.back(), late_ms.front());
}
