// SPDX-License-Identifier: Apache-2.0
// bench_in_process [REPETITIONS [MEBIBYTES]]
// A node in this process, with and without a socket: whole batches appended to
// one partition, blocks delivered to one subscriber, and the life of a node
// from its start to its stop. Variants take turns; prints the median of each,
// with the smallest and the largest. MB are 10^6 bytes of record batches.

#include <troupe/actors/consumer.h>
#include <troupe/actors/node.h>
#include <troupe/actors/producer.h>
#include <troupe/storage/record_batch.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/produce.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace troupe;
using clock_type = std::chrono::steady_clock;

constexpr size_t record_bytes = 1024;
constexpr size_t batch_bytes = 64 << 10;
constexpr size_t block_bytes = 1 << 20;
constexpr size_t in_flight = 5;
const storage::topic_partition place{"measured", 0};

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

double seconds_of(const std::function<void()>& work) {
  auto begin = clock_type::now();
  work();
  return std::chrono::duration<double>(clock_type::now() - begin).count();
}

storage::buffer make_batch() {
  storage::batch_builder builder;
  std::string value(record_bytes, 'v');
  while (builder.records_bytes() + record_bytes < batch_bytes)
    builder.add(1, std::nullopt, value);
  return builder.build();
}

std::unique_ptr<node> make_node() {
  node_options options;
  options.temporary = true;
  auto made = value_of(node::start(std::move(options)));
  cluster::new_topic topic;
  topic.name = place.topic;
  topic.num_partitions = 1;
  done(made->create_topic(topic));
  return made;
}

/// One connection that keeps a few Produce requests in flight.
class socket_writer {
public:
  socket_writer(const transport::endpoint& to, const storage::buffer& batch) {
    kafka::produce_request x;
    x.acks = -1;
    x.timeout_ms = 30'000;
    auto& topic = x.topic_data.emplace_back();
    topic.name = place.topic;
    topic.partition_data.emplace_back().records.bytes = batch;
    for (const auto& chunk : kafka::encode_request(x, 9, 1, "bench")) {
      auto bytes = std::get<storage::buffer>(chunk).bytes();
      frame_.insert(frame_.end(), bytes.begin(), bytes.end());
    }
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(to.port);
    ::inet_pton(AF_INET, to.host.c_str(), &address.sin_addr);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address),
                  sizeof(address))
        != 0)
      fail("cannot connect");
  }
  ~socket_writer() { ::close(socket_); }
  socket_writer(const socket_writer&) = delete;
  socket_writer& operator=(const socket_writer&) = delete;

  void write(size_t batches) {
    size_t answered = 0;
    for (size_t sent = 0; sent < batches; ++sent) {
      if (sent - answered == in_flight) {
        take_answer();
        ++answered;
      }
      if (::send(socket_, frame_.data(), frame_.size(), 0)
          != static_cast<ssize_t>(frame_.size()))
        fail("cannot send");
    }
    for (; answered < batches; ++answered)
      take_answer();
  }

private:
  void take_answer() {
    std::array<std::byte, 512> answer;
    uint32_t size = 0;
    receive(&size, sizeof(size));
    size = ntohl(size);
    if (size > answer.size())
      fail("an answer is too long");
    receive(answer.data(), size);
  }
  void receive(void* into, size_t size) {
    if (::recv(socket_, into, size, MSG_WAITALL) != static_cast<ssize_t>(size))
      fail("cannot receive");
  }

  int socket_ = -1;
  std::vector<std::byte> frame_;
};

double append_through_socket(const storage::buffer& batch, size_t batches) {
  auto home = make_node();
  socket_writer out(home->address(), batch);
  return seconds_of([&] { out.write(batches); });
}

double append_in_process(const storage::buffer& batch, size_t batches) {
  auto home = make_node();
  producer_options options;
  options.batches_in_flight_max = in_flight;
  auto out = value_of(producer::open(*home, options));
  return seconds_of([&] {
    for (size_t i = 0; i < batches; ++i)
      done(out->post(place, batch));
    done(out->flush());
  });
}

double deliver(const storage::buffer& batch, size_t batches) {
  auto home = make_node();
  auto out = value_of(producer::open(*home));
  for (size_t i = 0; i < batches; ++i)
    done(out->post(place, batch));
  done(out->flush());
  consumer_options options;
  options.block_bytes_max = block_bytes;
  auto in = value_of(consumer::open(*home, options));
  return seconds_of([&] {
    done(in->subscribe(place, from_earliest));
    for (size_t seen = 0; seen < batches * batch.size();) {
      auto block = value_of(in->poll(std::chrono::seconds(30)));
      if (!block)
        fail("no block came");
      seen += block->batches.size();
    }
  });
}

double copy_memory(size_t bytes) {
  std::vector<char> source(bytes, 'v');
  std::vector<std::vector<char>> blocks(4, std::vector<char>(block_bytes, 'b'));
  return seconds_of([&] {
    for (size_t at = 0; at + block_bytes <= bytes; at += block_bytes) {
      auto& to = blocks[at / block_bytes % blocks.size()];
      std::memcpy(to.data(), source.data() + at, block_bytes);
      // The compiler must not see that nobody reads it.
      asm volatile("" : : "r"(to.data()) : "memory");
    }
  });
}

double live_once() {
  return seconds_of([] {
    auto home = make_node();
    auto out = value_of(producer::open(*home));
    outgoing_record x;
    x.topic = place.topic;
    x.value = "one";
    done(out->append(x));
    auto in = value_of(consumer::open(*home));
    done(in->subscribe(place, from_earliest));
    if (!value_of(in->poll(std::chrono::seconds(30))))
      fail("no block came");
    done(home->stop());
  });
}

void print(const char* what, const char* unit, std::vector<double> xs) {
  std::sort(xs.begin(), xs.end());
  fmt::print("{:<32} {:>8.1f} {} ({:.1f}..{:.1f})\n", what, xs[xs.size() / 2],
             unit, xs.front(), xs.back());
}

} // namespace

int main(int argc, char** argv) {
  auto number = [&](int at, size_t otherwise) {
    return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
  };
  auto repetitions = number(1, 5);
  auto bytes = number(2, 256) << 20;
  auto batch = make_batch();
  auto batches = bytes / batch.size();
  if (repetitions == 0 || batches == 0)
    fail("usage: bench_in_process [REPETITIONS [MEBIBYTES]]");
  auto megabytes = static_cast<double>(batches * batch.size()) / 1e6;
  std::vector<double> socket, process, delivery, memory, life;
  for (size_t i = 0; i < repetitions; ++i) {
    socket.push_back(megabytes / append_through_socket(batch, batches));
    process.push_back(megabytes / append_in_process(batch, batches));
    delivery.push_back(megabytes / deliver(batch, batches));
    memory.push_back(megabytes / copy_memory(batches * batch.size()));
    life.push_back(live_once() * 1e3);
  }
  print("append through a socket", "MB/s", socket);
  print("append in process", "MB/s", process);
  print("deliver in process", "MB/s", delivery);
  print("memcpy", "MB/s", memory);
  print("start, produce, consume, stop", "ms", life);
}
