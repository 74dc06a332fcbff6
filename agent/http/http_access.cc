#include "agent/http/http_access.h"

#include <algorithm>

namespace signalbox {

/// RFC 9110, 11.4: scheme, one space or more, the token.
std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  const size_t start = authorization.find_first_not_of(' ', kScheme.size());
  return start == std::string_view::npos ? std::string_view{} : authorization.substr(start);
}

Asker asker_of(const RequestHead& head, const Peer& peer, const Tokens& tokens) {
  Asker asker{.is_unix = peer.is_unix,
              .is_loopback = !peer.is_unix && peer.address.is_loopback(),
              .forwarded = head.forwarded,
              .sent_token = head.has_authorization};
  if (head.has_authorization) asker.grant = tokens.find(bearer_token(head.authorization));
  return asker;
}

Caller caller_of(const Asker& asker, const Peer& peer) {
  Caller caller{.is_unix = peer.is_unix, .uid = peer.uid, .forwarded = asker.forwarded};
  if (!peer.is_unix) caller.address = peer.address.to_string();
  if (asker.grant != nullptr) caller.grant = *asker.grant;
  return caller;
}

Right right_of(const ApiCall& call) {
  if (call.write != nullptr) return call.route->to_write;
  return call.route->open ? Right::open : Right::read;
}

}  // namespace signalbox
