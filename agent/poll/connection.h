#pragma once
/// One outgoing TCP connection, with or without TLS, on which no wait outlasts the deadline.
///
/// cpp-httplib's own client holds its lock while it connects and shakes hands, so a peer that dribbles there cannot
/// be stopped; Asio's operations can, each of them.
/// Errors: a step that failed says so once and closes the connection. Threads: one owner; a stop request may come
/// from anywhere.
#include <memory>
#include <optional>
#include <string>

#include "agent/poll/deadline.h"
#include "agent/poll/resolver.h"
#include "agent/poll/wire.h"
#include "lib/pages/fetched.h"

namespace signalbox {

class Connection final : public Wire {
 public:
  explicit Connection(Deadline deadline);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// `peer` is "host:port" as errors should show it. Each address gets `per_address`, so that one that swallows
  /// packets leaves time for the next.
  std::optional<FetchFailure> connect(const std::string& peer, const Addresses& addresses, uint16_t port,
                                      Millis per_address);

  /// Verifies the chain against the system's store (or `ca_file` when given) and the name or address `host`.
  std::optional<FetchFailure> start_tls(const std::string& peer, const std::string& host,
                                        const std::string& ca_file);

  Transfer read(char* to, size_t size) override;
  Transfer write(const char* from, size_t size) override;

 private:
  struct Asio;
  std::unique_ptr<Asio> asio_;
};

}  // namespace signalbox
