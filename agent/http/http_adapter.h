#pragma once
/// cpp-httplib as parser and router: it decodes the path and the query and finds the route. It sees only heads that
/// the framer has accepted, writes to nowhere, and calls none of our handlers: the reply is ours (http_reply.h), so
/// that its compression, ranges, error pages and exception texts never reach a client.
///
/// Threads: the event loop's.
#include <memory>
#include <span>
#include <variant>

#include "agent/http/http_call.h"
#include "agent/http/http_framer.h"

namespace signalbox {

class HttpAdapter {
 public:
  explicit HttpAdapter(std::span<const ApiRoute> routes);
  ~HttpAdapter();

  /// The call to make, or the reply when there is none to make: 404, 405 with Allow, 400.
  std::variant<ApiCall, ApiReply> route(const RequestHead& head);

 private:
  class Router;
  std::unique_ptr<Router> router_;
};

}  // namespace signalbox
