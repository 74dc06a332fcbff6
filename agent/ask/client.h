#pragma once
/// Asks the agent: one request within a total deadline, over TCP, TLS or a unix socket.
///
/// Errors: sentences for people, with the address, the reason and what to try.
/// Invariant: returns at its deadline plus a fraction of a second at the latest, except while a host name is being
/// resolved (the resolver's own limits) or the second of several addresses is tried; never more than 8 MiB; a token
/// never goes to another host unencrypted. Threads: any number of calls at once.
#include <stop_token>
#include <string>

#include "agent/ask/agent_address.h"
#include "lib/result.h"
#include "lib/time.h"

namespace signalbox {

inline constexpr Millis kClientDeadline = seconds(5);
/// A health answer of 1000 targets is about 2 MB.
inline constexpr size_t kMaxAnswer = size_t{8} * 1024 * 1024;

/// A file that a person named, and by what: "--token-file".
struct NamedFile {
  std::string path;  ///< empty: none
  std::string named_by;
};

/// What the agent is asked with. Never a token itself: command lines and environments are read by others.
struct ClientFiles {
  NamedFile token;
  NamedFile ca;  ///< PEM, of who vouches for the agent's certificate; none: who the system trusts
};

struct AgentRequest {
  std::string method = "GET";
  std::string path;  ///< begins with "/"
  std::string body;  ///< JSON; empty: none
};

struct AgentReply {
  int status = 0;
  std::string body;
  std::string retry_after;  ///< the header field, raw; empty: none
};

class AgentClient {
 public:
  /// Errors: a file cannot be read, or holds no token or no certificate; or the token would be sent over plain http
  /// to another host.
  static Result<AgentClient> make(AgentAddress address, const ClientFiles& files = {});

  /// A request to stop ends the call early with an error.
  Result<AgentReply> send(const AgentRequest& request, Millis deadline = kClientDeadline,
                          const std::stop_token& stop = {}) const;
  Result<AgentReply> get(const std::string& path, Millis deadline = kClientDeadline,
                         const std::stop_token& stop = {}) const;

  const AgentAddress& address() const { return address_; }

 private:
  AgentClient(AgentAddress address, NamedFile ca) : address_(std::move(address)), ca_(std::move(ca)) {}

  AgentAddress address_;
  NamedFile ca_;
  std::string token_;  ///< empty: none
};

/// What is not usual in a path is percent-encoded ("claude-opus-4%4020250514"); slashes stay.
std::string percent_encode(std::string_view text);

}  // namespace signalbox
