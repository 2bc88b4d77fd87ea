// SPDX-License-Identifier: Apache-2.0
#include <troupe/storage/error.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace troupe::storage {

std::string_view to_string(errc x) noexcept {
  switch (x) {
  case errc::offset_out_of_range:
    return "offset_out_of_range";
  case errc::corrupt_batch:
    return "corrupt_batch";
  case errc::invalid_record:
    return "invalid_record";
  case errc::batch_too_large:
    return "batch_too_large";
  case errc::records_too_large_for_segment:
    return "records_too_large_for_segment";
  case errc::invalid_timestamp:
    return "invalid_timestamp";
  case errc::unsupported_compression:
    return "unsupported_compression";
  case errc::out_of_order_sequence:
    return "out_of_order_sequence";
  case errc::invalid_producer_epoch:
    return "invalid_producer_epoch";
  case errc::disk_full:
    return "disk_full";
  case errc::read_only:
    return "read_only";
  case errc::busy:
    return "busy";
  case errc::io:
    return "io";
  case errc::poisoned:
    return "poisoned";
  case errc::closed:
    return "closed";
  case errc::corrupt_log:
    return "corrupt_log";
  case errc::locked:
    return "locked";
  case errc::not_found:
    return "not_found";
  case errc::invalid_argument:
    return "invalid_argument";
  case errc::unsupported_format:
    return "unsupported_format";
  }
  return "unknown";
}

std::string to_string(const error& x) {
  auto text = x.message + ": ";
  if (x.os_error != 0)
    text += std::generic_category().message(x.os_error) + " ";
  text += "(";
  text += to_string(x.code);
  text += ")";
  return text;
}

error from_errno(int os_error, std::string message) {
  auto code = errc::io;
  switch (os_error) {
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    code = errc::disk_full;
    break;
  case EROFS:
  case EACCES:
  case EPERM:
    code = errc::read_only;
    break;
  case ENOENT:
    code = errc::not_found;
    break;
  case EMFILE:
  case ENFILE:
  case ENOMEM:
  case EAGAIN:
    code = errc::busy;
    break;
  default:
    break;
  }
  return error{code, std::move(message), os_error};
}

} // namespace troupe::storage
