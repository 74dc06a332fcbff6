#pragma once
/// Who asks: what a connection and a request's head say about it. What that one may do is lib/access.h.
///
/// Threads: the event loop's.
#include <asio/ip/address.hpp>
#include <optional>
#include <string_view>

#include "agent/access/tokens.h"
#include "agent/http/http_call.h"
#include "agent/http/http_framer.h"

namespace signalbox {

/// Where a connection comes from.
struct Peer {
  asio::ip::address address;  ///< unspecified for a unix socket
  bool is_unix = false;
  std::optional<uint32_t> uid;  ///< of the process at a unix socket's other end
};

/// The token of `Authorization: Bearer TOKEN`; the scheme's case does not matter. Empty: it is none.
std::string_view bearer_token(std::string_view authorization);

/// The grant is one of `tokens`' own.
Asker asker_of(const RequestHead& head, const Peer& peer, const Tokens& tokens);

/// The same for the handlers of requests that write, to keep.
Caller caller_of(const Asker& asker, const Peer& peer);

/// What this call needs.
Right right_of(const ApiCall& call);

}  // namespace signalbox
