// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../session.h"

#include <troupe/actors/authoriser.h>
#include <troupe/transport/kafka/error_code.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors::handlers {

/// What clients are told of what they may not do.
inline constexpr auto topic_not_allowed =
    static_cast<int16_t>(kafka::error_code::topic_authorization_failed);
inline constexpr auto group_not_allowed =
    static_cast<int16_t>(kafka::error_code::group_authorization_failed);
inline constexpr auto cluster_not_allowed =
    static_cast<int16_t>(kafka::error_code::cluster_authorization_failed);

/// What the client that sent a request may do. Handlers take out of a request
/// what is refused before anything else looks at it, and answer that apart.
/// Cheap: without an authoriser it is one comparison.
class access {
public:
  using operation = authoriser::operation;

  /// Both must outlive it.
  access(const session_state& session, const request& from);

  /// Nobody is asked.
  bool unlimited() const noexcept { return judge_ == nullptr; }

  bool topic(operation what, std::string_view name) const {
    return unlimited() || ask(what, authoriser::resource::topic, name);
  }
  bool group(operation what, std::string_view name) const {
    return unlimited() || ask(what, authoriser::resource::group, name);
  }
  bool cluster(operation what) const {
    return unlimited() || ask_cluster(what);
  }
  /// Of the whole cluster, or of this topic.
  bool create(std::string_view topic) const;

  /// Moves the elements of `xs` that `may` is false for into the result. The
  /// others keep their order.
  template <class T, class May>
  std::vector<T> withhold(std::vector<T>& xs, May may) const {
    std::vector<T> refused;
    if (unlimited())
      return refused;
    auto kept = std::stable_partition(xs.begin(), xs.end(), may);
    refused.assign(std::make_move_iterator(kept),
                   std::make_move_iterator(xs.end()));
    xs.erase(kept, xs.end());
    return refused;
  }

  /// Those of `operations` (bit n is Kafka's operation n) that are allowed.
  int32_t of_topic(int32_t operations, std::string_view name) const;
  int32_t of_group(int32_t operations, std::string_view name) const;
  /// None to whom may not describe the cluster.
  int32_t of_cluster(int32_t operations) const;

private:
  bool
  ask(operation what, authoriser::resource type, std::string_view name) const;
  bool ask_cluster(operation what) const;
  int32_t allowed(int32_t operations, authoriser::resource type,
                  std::string_view name) const;

  authoriser* judge_;
  const session_state& session_;
  const request& from_;
};

} // namespace troupe::actors::handlers
