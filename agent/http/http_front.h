#pragma once
/// The HTTP front: Asio owns the connections, cpp-httplib parses and routes what is not hot, hot answers are
/// sent from bytes rendered once. One thread, plus one for answers that read the database.
///
/// Threads: `publish`, `use_tokens` and `stop` from any thread; the rest from the one that made it.
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "agent/access/tokens.h"
#include "agent/api/api.h"
#include "agent/http/listen_socket.h"
#include "agent/metrics/measured.h"
#include "lib/result.h"
#include "lib/snapshot.h"

namespace signalbox {

/// What one client may take (architecture.md, "The HTTP front"). Tests shorten the times.
struct FrontLimits {
  size_t connections = 4096;         ///< over TCP; the idlest is closed for a new one
  size_t unix_connections = 512;     ///< apart, so that the network cannot lock the host's own tools out
  size_t address_connections = 256;  ///< of one address that is not loopback
  Millis head = seconds(5);          ///< from a request's first byte to the end of its header section
  Millis body = seconds(10);
  size_t bodies = size_t{64} * 1024 * 1024;  ///< bytes of bodies that are being read or answered, of all together
  Millis write_answer = seconds(10);         ///< for what was written to be decided and stored
  Millis write = seconds(10);                ///< for the whole reply
  Millis idle = seconds(75);   ///< above the 60 s after which common proxies drop an idle upstream connection
  Millis linger = seconds(1);  ///< for the peer to take our last reply before the socket goes away
  Millis drain = seconds(3);   ///< for requests in flight when we stop
  Millis last_word =
      Millis(500);  ///< when we stop, for a head that is on its way, or a first request still to come
  size_t unsent = size_t{64} * 1024 * 1024;  ///< bytes of answers that all clients together do not take
  /// From a connection's first second on, who asks is a regular, and keeps its seat before those who asked once.
  Millis regular = seconds(1);
  /// Readers of `/v1/stream`, long polls that wait, and requests that write and wait for their answer. All are
  /// busy, and so are the calls of HistoryWorker: together they leave 256 connections to everybody else.
  size_t streams = 1536;
  size_t long_polls = 1536;
  size_t writes = 512;
  size_t stream_backlog = size_t{64} * 1024;  ///< a stream's bytes that wait behind the piece being written
  Millis stream_comment = seconds(15);        ///< of silence: below the usual timeouts of proxies
  Millis sweep = Millis(250);                 ///< how often deadlines are looked at
};

struct FrontConfig {
  std::vector<std::string> listen;  ///< "127.0.0.1:9529", "[::1]:9529"; port 0 takes a free one
  std::string unix_socket;          ///< empty: none
  std::vector<std::string> allowed_hosts;
  TokensPtr tokens = std::make_shared<const Tokens>();
  FrontLimits limits;
  /// For /metrics: what others count. Called from any thread; the front adds its own. May be empty.
  Measure measure = nullptr;
};

class HttpFront {
 public:
  /// Binds and listens. Errors name the address and the errno's text. `routes` must outlive the front
  /// (production passes `api_routes()`), and so must `writes`; `history` and `writes` may be null. Sockets that
  /// were `adopted` stand for those of their kind in `config`.
  static Result<std::unique_ptr<HttpFront>> listen(const FrontConfig& config, std::span<const ApiRoute> routes,
                                                   std::unique_ptr<History> history, SnapshotPtr first,
                                                   Writes* writes = nullptr,
                                                   std::vector<ListenSocket> adopted = {});
  virtual ~HttpFront() = default;  ///< closes everything
  /// Serves until `stop`; returns when drained (at most a few seconds). Once.
  virtual void run() = 0;
  virtual void stop() = 0;  ///< any thread, also from a signal's handler thread
  virtual void publish(SnapshotPtr snapshot) = 0;
  /// In force for every request that comes from now on. When they are others, streams and long polls end.
  virtual void use_tokens(TokensPtr tokens) = 0;
  /// "127.0.0.1:43211", ... as really bound: those adopted, then in the order of `listen`, and last "unix:/path".
  virtual std::vector<std::string> bound() const = 0;
};

}  // namespace signalbox
