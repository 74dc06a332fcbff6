#pragma once
/// One GET (or POST, for the AI Studio RPC) of one document, within a total deadline.
///
/// Invariant: returns at the deadline plus half a second at the latest, whatever the other side does; never more
/// than `max_body` bytes after inflating; never follows a redirect; verifies TLS against the system's store.
/// Threads: a call keeps nothing between calls; any number at once.
#include <optional>
#include <string>
#include <vector>

#include "lib/fetched.h"
#include "lib/time.h"

namespace signalbox {

struct FetchRequest {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beside User-Agent and Accept-Encoding
  std::optional<std::string> post_body;                      ///< set: POST
  std::string etag;                                          ///< sent as If-None-Match; empty: not
  std::string last_modified;                                 ///< sent as If-Modified-Since; empty: not
};

struct FetchLimits {
  Millis deadline = seconds(10);
  size_t max_body = size_t{4} * 1024 * 1024;
};

/// From the environment, as curl reads it: `https_proxy`/`HTTPS_PROXY`, `http_proxy`, `no_proxy`/`NO_PROXY`.
struct ProxySettings {
  std::string https_proxy;
  std::string http_proxy;
  std::string no_proxy;
};

struct FetchAnswer {
  std::variant<HttpReply, FetchFailure> result;
  std::string etag;
  std::string last_modified;
};

ProxySettings proxy_from_environment();

FetchAnswer fetch(const FetchRequest& request, const FetchLimits& limits, const ProxySettings& proxy);

}  // namespace signalbox
