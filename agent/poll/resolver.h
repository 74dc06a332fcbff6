#pragma once
/// Host names to addresses, without ever holding the caller past its deadline.
///
/// getaddrinfo() has no deadline and cannot be interrupted. So each lookup runs on a thread of its own, and a
/// caller that gives up leaves it behind, owned by the Resolver. A name whose lookup hangs is not asked again: the
/// next caller waits for the same one. So there is at most one such thread a name. Threads: `resolve` from any. The
/// destructor waits for the lookups left behind: their DNS queries are given up after some seconds (see the
/// constants), a name service of another kind has its own timeout.
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

  explicit Resolver(Ask ask = ask_system) : ask_(std::move(ask)) {}
  ~Resolver() = default;
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
