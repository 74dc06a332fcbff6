#pragma once
/// The HTTP front: Asio owns the connections, cpp-httplib parses and routes what is not hot, hot answers are
/// sent from bytes rendered once. One thread, plus one for answers that read the database.
///
/// Threads: `publish` from any thread; the rest from the one that made it.
#include <memory>
#include <string>
#include <vector>

#include "agent/store.h"
#include "lib/result.h"
#include "lib/snapshot.h"

namespace signalbox {

struct FrontConfig {
  std::vector<std::string> listen;  ///< "127.0.0.1:9529", "[::1]:9529"; port 0 takes a free one
  std::string unix_socket;          ///< empty: none
  std::vector<std::string> allowed_hosts;
};

class HttpFront {
 public:
  /// Binds and listens. Errors name the address and the errno's text.
  static Result<std::unique_ptr<HttpFront>> listen(const FrontConfig& config, std::unique_ptr<History> history,
                                                   SnapshotPtr first);
  virtual ~HttpFront() = default;  ///< closes everything
  /// Serves until `stop`; returns when drained (at most a few seconds).
  virtual void run() = 0;
  virtual void stop() = 0;  ///< any thread, also from a signal's handler thread
  virtual void publish(SnapshotPtr snapshot) = 0;
  virtual std::vector<std::string> bound() const = 0;  ///< "127.0.0.1:43211", ... as really bound
};

}  // namespace signalbox
