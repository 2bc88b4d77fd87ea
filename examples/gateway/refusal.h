// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "answer.h"

#include <troupe/actors/problem.h>
#include <troupe/storage/result.h>
#include <troupe/transport/kafka/error_code.h>

#include <string>

namespace gateway {

/// Why a request was not done: an HTTP status, and the name that Kafka has for
/// it.
struct refusal {
  unsigned status = 500;
  troupe::kafka::error_code code =
      troupe::kafka::error_code::unknown_server_error;
  /// A sentence for a person.
  std::string message;
};

/// A value or why there is none.
template <class T>
using outcome = troupe::result<T, refusal>;

/// Status 400 and INVALID_REQUEST: the client has to change something.
tl::unexpected<refusal> bad_request(std::string message);

/// The same with a status of its own.
tl::unexpected<refusal> bad_request(unsigned status, std::string message);

/// What a producer or a consumer said; `why` is a problem.
refusal to_refusal(const troupe::actors::problem& why);

/// `{"error":NAME,"error_code":N,"message":TEXT}`
std::string to_json(const refusal& x);

answer to_answer(const refusal& x);

} // namespace gateway
