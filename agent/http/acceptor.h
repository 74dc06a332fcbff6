#pragma once
/// Accepts the connections of one listening socket and starts their coroutines.
///
/// Threads: the event loop's. Invariant: running out of descriptors or memory closes a connection that is not busy,
/// or waits; it never spins and never ends the acceptor.
#include <asio/posix/basic_stream_descriptor.hpp>
#include <functional>

#include "agent/http/http_connection.h"
#include "agent/http/listen_socket.h"

namespace signalbox {

class Acceptor {
 public:
  /// `on_end` is called after each connection's end.
  Acceptor(asio::io_context& loop, ListenSocket socket, HttpService& service, HistoryWorker& worker, Seats& seats,
           Turns& turns, std::function<void()> on_end);
  ~Acceptor();

  void start();
  /// Closes the socket, removes the file of a unix socket that we made. Who was not accepted yet stays in the queue
  /// of an adopted one.
  void stop();
  const ListenSocket& socket() const { return socket_; }

 private:
  enum class Accepted { one, none_left, later };

  Awaitable<void> run();
  Awaitable<void> pause();
  Accepted accept_one();
  Accepted out_of_resources(int why);
  void welcome(StreamSocket socket, const Peer& peer);

  asio::io_context& loop_;
  ListenSocket socket_;
  asio::posix::basic_stream_descriptor<LoopExecutor> readable_;
  LoopTimer retry_;
  HttpService& service_;
  HistoryWorker& worker_;
  Seats& seats_;
  Turns& turns_;
  std::function<void()> on_end_;
  bool stopped_ = false;
  MonoTime warned_at_ = MonoTime::min();
};

}  // namespace signalbox
