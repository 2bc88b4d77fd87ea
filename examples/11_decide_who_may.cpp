// SPDX-License-Identifier: Apache-2.0
//
// You learn how to decide what Kafka clients may do: a function of yours is
// asked for each operation, and a refusal looks to clients as Kafka's does.
#include <troupe/actors/authoriser.h>
#include <troupe/actors/node.h>
#include <troupe/transport/kafka/codec.h>
#include <troupe/transport/kafka/messages/metadata.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace {

/// Says what was expected, and ends the program when it is not so.
void check(bool holds, const char* what) {
  std::printf("%s: %s\n", holds ? "yes" : "NO", what);
  if (!holds)
    std::exit(EXIT_FAILURE);
}

/// Topics that begin with "public." are everybody's, all else is nobody's.
/// It has no state, so several threads may ask at once.
class public_topics final : public troupe::authoriser {
public:
  bool allows(const question& x) override {
    return x.type == resource::topic && x.name.starts_with("public.");
  }
};

/// A Kafka client that asks one thing: which topics are there? Names that are
/// missing are created on the way, where that is allowed.
troupe::kafka::metadata_response ask(const troupe::transport::endpoint& at,
                                     const troupe::kafka::metadata_request& x) {
  constexpr int16_t version = 9;
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(at.port);
  ::inet_pton(AF_INET, at.host.c_str(), &to.sin_addr);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    check(false, "the broker can be reached");
  for (auto& part : troupe::kafka::encode_request(x, version, 1, "example")) {
    auto bytes = std::get<troupe::storage::buffer>(part).bytes();
    if (::send(socket, bytes.data(), bytes.size(), 0) < 0)
      check(false, "the broker listens");
  }
  uint32_t size = 0;
  ::recv(socket, &size, sizeof size, MSG_WAITALL);
  std::vector<std::byte> frame(ntohl(size));
  ::recv(socket, frame.data(), frame.size(), MSG_WAITALL);
  ::close(socket);
  int32_t number = 0;
  auto answer =
      troupe::kafka::decode_response<troupe::kafka::metadata_response>(
          troupe::storage::buffer::copy_of(std::span<const std::byte>(frame)),
          version, &number);
  check(answer.has_value() && number == 1, "the broker has answered");
  return *answer;
}

} // namespace

int main() {
  troupe::node_options options;
  options.temporary = true;
  options.authorisation = std::make_shared<public_topics>();
  auto broker = troupe::node::start(std::move(options));
  check(broker.has_value(), "a broker runs in this process");
  auto& node = **broker;

  troupe::kafka::metadata_request both;
  both.topics = {{{}, "public.news"}, {{}, "secret.plans"}};
  auto answer = ask(node.address(), both);
  check(answer.topics.size() == 2, "each topic has its answer");
  check(answer.topics[0].error_code == 0, "public.news was made on the way");
  check(answer.topics[1].error_code == 29, "secret.plans was refused");

  // The program itself may do everything: it is not asked about.
  troupe::cluster::new_topic topic;
  topic.name = "secret.plans";
  check(node.create_topic(topic).has_value(), "we make secret.plans");
  auto all = ask(node.address(), {});
  check(all.topics.size() == 1 && all.topics[0].name == "public.news",
        "who asks for all topics is told of public.news only");
  check(node.stop().has_value(), "the broker has stopped");
  return EXIT_SUCCESS;
}
