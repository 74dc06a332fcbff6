#pragma once
/// Where the agent is asked: `http://host:port`, `https://host:port` or `unix:/path`.
#include <string>
#include <string_view>
#include <vector>

#include "lib/result.h"
#include "lib/time.h"
#include "lib/url.h"

namespace signalbox {

struct AgentAddress {
  std::string text;    ///< as given, for messages
  std::string socket;  ///< path of a unix socket; empty: `url` holds
  Url url;             ///< its target is the prefix of every path, without a slash at the end
  bool operator==(const AgentAddress&) const = default;
};

/// Errors name the address and the part that is wrong.
Result<AgentAddress> parse_agent_address(std::string_view text);

/// Why no connection to it can be made ("connection refused", "no such file or directory"); empty: one can.
std::string connection_trouble(const AgentAddress& address, Millis timeout);

/// `given` (the option), else `variable` (SIGNALBOX_URL), else the first of `sockets` that answers a connection,
/// else the default port on loopback.
Result<AgentAddress> choose_agent(const std::string& given, const std::string& variable,
                                  const std::vector<std::string>& sockets);

/// Where an agent of this host puts its socket when nothing is configured.
std::vector<std::string> usual_sockets();

}  // namespace signalbox
