#pragma once
/// The listening sockets that the service manager hands over (sd_listen_fds(3)), so that they outlive us: while the
/// agent restarts, connections wait in them.
#include <string>
#include <vector>

#include "agent/http/listen_socket.h"
#include "lib/config/config.h"
#include "lib/result.h"

namespace signalbox {

/// Empty: none was meant for this process. Error: one is neither a TCP nor a unix socket that listens.
/// Threads: before any other is started, and once: it takes the variables out of the environment.
Result<std::vector<ListenSocket>> take_handed_over();

/// Their names, as ListenSocket has them.
std::vector<std::string> names_of(const std::vector<ListenSocket>& sockets);

/// Lays what was handed over on what is configured: TCP sockets stand for `listen`, a unix socket for
/// `unix_socket`. Returns a warning for each key that is set to something else.
std::vector<std::string> lay_over(const std::vector<std::string>& handed_over, ServerConfig& server);

}  // namespace signalbox
