// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <troupe/storage/file_slice.h>
#include <troupe/storage/result.h>
#include <troupe/transport/frame_sink.h>
#include <troupe/transport/lane.h>
#include <troupe/transport/limits.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#pragma GCC visibility push(default)

namespace troupe::transport {

/// Where a server listens or a client is.
struct endpoint {
  /// Name or address; "" and "*" listen on every interface.
  std::string host = "127.0.0.1";
  uint16_t port = 0;

  bool operator==(const endpoint&) const = default;
};

/// Parses `host:port`, `[v6]:port`, `:port`.
result<endpoint> parse_endpoint(const std::string& text);
std::string to_string(const endpoint& x);

/// Counters of a server; written by lanes, read by whoever reports.
struct server_counters {
  std::atomic<uint64_t> connections_accepted{0};
  std::atomic<uint64_t> connections_refused{0};
  std::atomic<int64_t> connections_open{0};
  std::atomic<uint64_t> bytes_received{0};
  std::atomic<uint64_t> bytes_sent{0};
  /// Pages of file slices found in, and missing from, the page cache.
  std::atomic<uint64_t> pages_hit{0};
  std::atomic<uint64_t> pages_missed{0};
  /// Slices that had to be read in before they were sent.
  std::atomic<uint64_t> cold_reads{0};
};

/// Creates the sink of a new connection, on that connection's lane. `index`
/// is the lane's place in the span given to `listen`. Null turns the
/// connection away.
using accept_handler = std::function<std::shared_ptr<frame_sink>(
    size_t index, std::shared_ptr<connection>)>;

/// Has a cold slice read into the page cache by a thread that may block, then
/// calls `done` (from any thread, at any time, also when reading failed). Only
/// the connection that needs it waits, until the idle timeout at most.
using read_in_handler =
    std::function<void(storage::file_slice slice, std::function<void()> done)>;

/// Listens, accepts and spreads connections over lanes. To be used and
/// destroyed by one thread at a time, which must not be a lane's: `stop` and
/// the like wait for the lanes.
class server {
public:
  /// Resolves the host (which may block) and binds; who connects waits until
  /// `start_accepting`. The lanes must outlive the server. Without a `read_in` cold slices are sent
  /// like hot ones and may hold up their lane.
  static result<std::unique_ptr<server>>
  listen(const endpoint& at, std::span<lane* const> lanes, const limits& bounds,
         accept_handler accept, read_in_handler read_in);

  virtual ~server() = default;

  /// The bound address, with the real port.
  virtual endpoint local() const = 0;

  /// To be called once.
  virtual result<void> start_accepting() = 0;

  /// Stops accepting; open connections stay. Returns when done.
  virtual void stop_accepting() = 0;

  /// Closes every connection after what was replied has left, or after
  /// `deadline`. Returns when all sinks have seen `on_closed`.
  virtual void stop(std::chrono::milliseconds deadline) = 0;

  /// Since the start; lives as long as the server.
  virtual const server_counters& counters() const noexcept = 0;
};

/// Reads the slice into the page cache, blocking. For detached actors.
result<void> read_in(const storage::file_slice& slice);

/// True when the whole slice can be read without waiting for a disk: counts
/// resident pages (cachestat, or mincore where the kernel has none), then
/// probes with NOWAIT reads, because pages under read count as resident too.
/// Adds to the slice's counters.
bool resident(const storage::file_slice& slice);

} // namespace troupe::transport

#pragma GCC visibility pop
