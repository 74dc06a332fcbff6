#pragma once
/// Host names to addresses, without ever holding the caller past its deadline.
///
/// getaddrinfo() has no deadline and cannot be interrupted. So each lookup runs on a thread of its own, and a
/// caller that gives up leaves it behind, owned by the Resolver. A name whose lookup hangs is not asked again: the
/// next caller waits for the same one. So there is at most one such thread a name. Threads: `resolve` from any.
///
/// The destructor waits for no lookup: one that hangs would hold the agent's stop. It lets go of its thread, the
/// only one in the agent that may outlive its owner; what that touches is its own. (getaddrinfo_a() would hide such
/// threads, not avoid them: it cannot cancel what has begun either.)
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "agent/poll/deadline.h"
#include "lib/pages/fetched.h"

namespace signalbox {

/// Numeric, in the order in which they should be tried.
using Addresses = std::vector<std::string>;

class Resolver {
 public:
  /// What getaddrinfo() does; another one in tests. An error is the sentence's end: "Name or service not known".
  using Ask = std::function<std::variant<Addresses, std::string>(const std::string& host)>;

  /// `ask` may be running after the Resolver has ended, and owns all that it uses.
  explicit Resolver(Ask ask = ask_system) : ask_(std::move(ask)) {}
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  std::variant<Addresses, FetchFailure> resolve(const std::string& host, const Deadline& deadline);

  static std::variant<Addresses, std::string> ask_system(const std::string& host);

 private:
  struct Lookup;
  struct Running {
    std::shared_ptr<Lookup> lookup;
    std::jthread thread;
  };

  std::shared_ptr<Lookup> join_or_start(const std::string& host);

  Ask ask_;
  std::mutex mutex_;
  std::map<std::string, Running> running_;
};

}  // namespace signalbox
