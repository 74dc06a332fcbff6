#pragma once
/// One GET (or POST, for the AI Studio RPC) of one document, within a total deadline.
///
/// Invariant: returns at the deadline plus half a second at the latest (with a Resolver that outlives the call, see
/// below), whatever the other side does, and at once on a stop request; never more than `max_body` bytes, on the
/// wire or after inflating; never follows a redirect; verifies TLS against the system's store. Errors: a body
/// without Content-Length that is cut short looks whole to HTTP: the decoder has to notice. Threads: a call keeps
/// nothing between calls; any number at once.
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "agent/poll/proxy.h"
#include "agent/poll/resolver.h"
#include "lib/pages/fetched.h"
#include "lib/time.h"

namespace signalbox {

struct FetchRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside User-Agent and Accept-Encoding
  std::optional<std::string> post_body;                      ///< set: POST
  std::string etag;                                          ///< sent as If-None-Match; empty: not
  std::string last_modified;                                 ///< sent as If-Modified-Since; empty: not
  bool body_matters = true;  ///< false: a 200 stays one, whatever becomes of its body
};

struct FetchLimits {
  Millis deadline = seconds(10);
  Millis connect = seconds(3);  ///< for each address of the host
  size_t max_body = size_t{4} * 1024 * 1024;
  std::string ca_file;  ///< trusted instead of the system's store; empty: the system's
};

struct FetchAnswer {
  std::variant<HttpReply, FetchFailure> result;
  std::string etag;
  std::string last_modified;
};

FetchAnswer fetch(const FetchRequest& request, const FetchLimits& limits, const ProxySettings& proxy,
                  Resolver& resolver, const std::stop_token& stop = {});

/// For a single call: a DNS lookup that hangs holds it for some seconds past the deadline.
FetchAnswer fetch(const FetchRequest& request, const FetchLimits& limits, const ProxySettings& proxy);

}  // namespace signalbox
