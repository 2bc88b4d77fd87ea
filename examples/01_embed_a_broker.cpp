// SPDX-License-Identifier: Apache-2.0
//
// You learn how to run a whole Kafka broker inside your own process: one call
// starts it, any Kafka client can connect, one call stops it.
#include <troupe/actors/node.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

int main() {
  auto directory =
      (std::filesystem::temp_directory_path() / "troupe-XXXXXX").string();
  if (::mkdtemp(directory.data()) == nullptr) {
    std::perror("cannot make a temporary directory");
    return EXIT_FAILURE;
  }

  // Everything has a default; port 0 picks a free port of 127.0.0.1. Only the
  // directory is up to you: it is created if missing, and locked.
  troupe::node_options options;
  options.data_directories = {directory};

  // Errors come as values with a sentence for a person, never as exceptions.
  auto broker = troupe::node::start(std::move(options));
  if (!broker) {
    std::fprintf(stderr, "%s\n", broker.error().message.c_str());
    return EXIT_FAILURE;
  }

  // Clients are served from here on, for instance by
  //   echo hello | kcat -b <address> -P -t greetings
  auto address = troupe::transport::to_string((*broker)->address());
  std::printf("a broker listens on %s\n", address.c_str());

  // Answers what was asked and closes the logs properly, so that the next
  // start in this directory has nothing to recover.
  if (auto stopped = (*broker)->stop(); !stopped) {
    std::fprintf(stderr, "%s\n", stopped.error().message.c_str());
    return EXIT_FAILURE;
  }
  std::puts("and has stopped");
  std::filesystem::remove_all(directory);
  return EXIT_SUCCESS;
}
