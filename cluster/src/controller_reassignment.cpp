// SPDX-License-Identifier: Apache-2.0
#include <companions.h>
#include <partition_moves.h>
#include <partition_settler.h>
#include <placement.h>
#include <quoted.h>
#include <reassigned.h>
#include <refused.h>
#include <troupe/cluster/controller.h>

#include <string>
#include <utility>

namespace troupe::cluster {

namespace {

bool moving(const partition_registration& x) {
  return !x.adding.empty() || !x.removing.empty();
}

} // namespace

outcome controller::alter_reassignment(const metadata_image& image,
                                       const reassignment& x) const {
  const auto* known = image.find(x.name);
  auto printed = quoted(x.name.topic) + "-" + std::to_string(x.name.partition);
  if (known == nullptr)
    return refused(refusal::unknown_topic,
                   "partition " + printed + " does not exist");
  if (auto verdict = check_not_companion(image, x.name.topic); !verdict.ok())
    return refused(std::move(verdict));
  partition_registration wanted;
  if (x.replicas) {
    std::vector<replica_list> targets{*x.replicas};
    if (auto verdict = check_placement(image, targets, 0); !verdict.ok())
      return refused(std::move(verdict));
    wanted = reassigned(*known, *x.replicas);
  } else {
    if (!moving(*known))
      return refused(refusal::no_reassignment, printed + " does not move");
    wanted = reverted(*known);
    if (wanted.isr.empty())
      return refused(refusal::invalid_replica_assignment,
                     "no replica that " + printed
                         + " had before is in sync: going back would lose "
                           "records");
  }
  outcome made;
  partition_settler settler{image, image.nodes, config_};
  const auto& topic = *image.find(x.name.topic);
  auto index = static_cast<size_t>(x.name.partition);
  settler.settle(topic, index, std::move(wanted), made);
  for (const auto& companion : companions_in(image, topic)) {
    const auto& beside = companion.topic->partitions[index];
    auto with_it =
        x.replicas ? reassigned(beside, *x.replicas) : reverted(beside);
    // Without a replica in sync it may not go back: the other one is moved
    // there again.
    if (!with_it.isr.empty())
      settler.settle(*companion.topic, index, std::move(with_it), made);
  }
  return made;
}

outcome controller::move_partitions(const metadata_image& image) const {
  partition_moves moves{image, config_};
  moves.drain();
  moves.fill();
  moves.widen_offsets_topic();
  return std::move(moves).take();
}

std::vector<topic_partition> moving_partitions(const metadata_image& image) {
  std::vector<topic_partition> found;
  for (const auto& [name, topic] : image.topics)
    for (size_t i = 0; i < topic->partitions.size(); ++i)
      if (moving(topic->partitions[i]))
        found.push_back({name, static_cast<int32_t>(i)});
  return found;
}

} // namespace troupe::cluster
